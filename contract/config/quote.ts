/** Text from the file inside a message: in quotes, without control characters, and cut so that it cannot push the rest of the message away. */
export function quote(text: string): string {
  const shown = Array.from(text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{FFFD}'))
  return shown.length > 32 ? `"${shown.slice(0, 31).join('')}…"` : `"${shown.join('')}"`
}
