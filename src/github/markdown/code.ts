/**
 * Text of strangers as inline code: nothing in it makes a link, mentions a person, begins HTML or leaves its cell of a table, and it stays
 * on one line.
 */
export function code(text: string): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    // A backslash before a bar means something else to the table than to the code in it, so there are no bars.
    .replaceAll('`', "'")
    .replaceAll('|', '¦')
  return line === '' ? '' : `\`${line}\``
}
