/** Names that a host may choose in order to get out of a text, an attribute, a terminal or an object. */
export const HOSTILE: readonly string[] = [
  '<script>alert(1)</script>',
  '"onload="alert(1)',
  "' onmouseover='alert(1)",
  '</title></style><img src=x onerror=alert(1)>',
  ']]>',
  '-->',
  '&lt;b&gt;&amp;',
  'url(https://192.0.2.1/x)',
  '\u001b[31mred\u001b[0m',
  'gpj.\u202eexe',
  '\u2066isolate',
  'half \ud800 a pair',
  'line\nfeed\u2028\u0000',
  '__proto__',
  'constructor',
  '',
  ' ',
  '漢字'.repeat(20),
  '"'.repeat(200),
  `/var/tmp/${'deep/'.repeat(80)}xmrbee`,
]

/** Characters that act instead of showing: none of them may ever reach a page. */
export const ACTING =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/u
