/** The fields that ECS maps as text: only there do words count. A `.text` field is another view of the field it hangs from. */
export function isTextField(field: string): boolean {
  return field === 'message' || field === 'error.message' || field.endsWith('.text')
}

/** Where the values of a field stand in an event. */
export function storedField(field: string): string {
  return field.endsWith('.text') ? field.slice(0, -'.text'.length) : field
}

/** Words as Elasticsearch's standard analyzer takes them, near enough: runs of letters, digits and `_`, without case. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}_]+(?:['.][\p{L}\p{N}_]+)*/gu) ?? []
}
