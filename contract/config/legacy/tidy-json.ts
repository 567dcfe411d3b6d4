/**
 * JSON as YAML takes it: comments and tabs become spaces, and where a comma is missing between two members, one is put. Lines stay where
 * they are. Reads the text once: a quote is open until the next one, or its line's end.
 */
export function tidyJson(text: string): string {
  let endsValue = false
  return text.replaceAll(PIECE, (piece) => {
    if (/^\s/.test(piece)) return piece.replaceAll('\t', ' ')
    if (/^\/[/*]/.test(piece)) return piece.replaceAll(/[^\n]/g, ' ')
    const comma = endsValue && /^["'{[]/.test(piece) ? ',' : ''
    endsValue = !/^[{[:,]/.test(piece)
    return comma + piece
  })
}

/** A string, a comment, space, one punctuation mark, or anything else up to the next of these. */
const PIECE =
  /"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?|\s+|[{}[\]:,/]|[^\s{}[\]:,"'/]+/g
