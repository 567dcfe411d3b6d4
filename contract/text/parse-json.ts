/** What a text says, or undefined when it is no JSON: whoever checks its shape refuses that with the same words. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
