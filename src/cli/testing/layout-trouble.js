// An expression to be evaluated in a page: what sticks out of it or of its drawing, and words that lie on other words.
;(() => {
  const boxOf = (element) => {
    const range = document.createRange()
    range.selectNodeContents(element)
    return range.getBoundingClientRect()
  }
  /** Boxes of text are higher than their letters, so they may touch a little from above. */
  const overlap = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3
  const root = document.documentElement
  const trouble = root.scrollWidth > root.clientWidth ? [`the page is ${root.scrollWidth} wide`] : []
  for (const { children } of document.querySelectorAll('dl div'))
    if (overlap(boxOf(children[0]), boxOf(children[1]))) trouble.push(`${children[0].textContent} lies on its value`)
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect()
    const texts = [...svg.querySelectorAll('text')].map((text) => ({
      words: text.textContent,
      box: text.getBoundingClientRect(),
    }))
    for (const [i, { words, box }] of texts.entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1) trouble.push(`${words} leaves its drawing`)
      for (const other of texts.slice(i + 1))
        if (overlap(box, other.box)) trouble.push(`${words} lies on ${other.words}`)
    }
  }
  return trouble
})()
