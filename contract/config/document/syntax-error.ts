import type { YAMLError } from 'yaml'

/** Where the library's own message does not say what to do. */
const words: ReadonlyMap<string, string> = new Map([
  ['TAB_AS_INDENT', 'a tab indents this line; YAML wants spaces'],
  ['RESOURCE_EXHAUSTION', 'too many levels are nested in one another'],
  ['BAD_SCALAR_START', 'a value cannot begin with this character; put it in quotes'],
  ['BLOCK_AS_IMPLICIT_KEY', 'not valid YAML: a value with ": " in it needs quotes, or this line is indented too far'],
  ['MULTILINE_IMPLICIT_KEY', 'not valid YAML: a ":" is missing after the key, or the indentation is off'],
  ['BAD_ALIAS', 'not valid YAML: a value that begins with "*" needs quotes'],
  ['BAD_INDENT', 'not valid YAML: the indentation is off, or a bracket is not closed'],
])

/** A YAML syntax error in words that say what to do; the place is given beside it. */
export function syntaxErrorInWords(error: YAMLError): string {
  const known = words.get(error.code)
  if (known !== undefined) return known
  const message = error.message
    .replace(/"quote\b/, 'double quote')
    .replace(/'quote\b/, 'single quote')
    .replaceAll(/\p{C}+/gu, ' ')
  return `not valid YAML: ${message.slice(0, 1).toLowerCase()}${message.slice(1, 120)}`
}
