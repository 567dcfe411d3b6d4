/** Where a text stops to be JSON, and what to do about it. */
export interface JsonFault {
  readonly offset: number
  readonly message: string
}

/** Punctuation, a string, or a literal, as RFC 8259 has them. */
const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.]))/uy

/** What may come next. `member` is a key after `{`, where the group may end as well; `key` is one after a comma. */
type Wanted = 'value' | 'item' | 'member' | 'key' | 'colon' | 'comma' | 'end'

/** The first fault of the text's JSON syntax; undefined when it is JSON. JSON.parse knows that too, but mostly not where. */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: string[] = []
  let wanted: Wanted = 'value'
  let offset = 0
  for (;;) {
    TOKEN.lastIndex = offset
    const match = TOKEN.exec(text)
    const rest = text.slice(offset).search(/[^ \t\r\n]/)
    if (rest === -1) return wanted === 'end' ? undefined : { offset: text.length, message: EARLY }
    const next: Wanted | undefined =
      match === null ? undefined : advance(open, { wanted, token: match[1] ?? (match[2] ? 'string' : 'literal') })
    if (next === undefined) return { offset: offset + rest, message: hint(text, offset + rest) }
    wanted = next
    offset = TOKEN.lastIndex
  }
}

const EARLY = 'it ends too early; a bracket or a quote is not closed'

/** One step of the grammar; undefined when the token has no place here. */
function advance(open: string[], { wanted, token }: { wanted: Wanted; token: string }): Wanted | undefined {
  const after = (): Wanted => (open.length === 0 ? 'end' : 'comma')
  const closes = (token === '}' && open.at(-1) === '{') || (token === ']' && open.at(-1) === '[')
  if (closes && (wanted === 'comma' || wanted === 'member' || wanted === 'item')) {
    open.pop()
    return after()
  }
  switch (wanted) {
    case 'value':
    case 'item':
      if (token === '{' || token === '[') {
        open.push(token)
        return token === '{' ? 'member' : 'item'
      }
      return token === 'string' || token === 'literal' ? after() : undefined
    case 'member':
    case 'key':
      return token === 'string' ? 'colon' : undefined
    case 'colon':
      return token === ':' ? 'value' : undefined
    case 'comma':
      if (token !== ',') return undefined
      return open.at(-1) === '{' ? 'key' : 'value'
    case 'end':
      return undefined
  }
}

function hint(text: string, offset: number): string {
  const found = text[offset] ?? ''
  if (/[}\]]/.test(found) && /,\s*$/.test(text.slice(0, offset))) return `remove the comma before "${found}"`
  if (found === '/' || found === '#') return 'comments are not allowed in JSON; micro.yml may have them'
  if (found === "'") return 'use double quotes'
  if (found === '"' && /["\w}\]]\s*$/.test(text.slice(0, offset)))
    return 'a comma or a colon is missing before this text'
  if (found === '"') return 'this text has no closing quote on its line, or a wrong "\\" in it'
  return /\w/.test(found) ? 'keys and text need double quotes' : 'this character is not expected here'
}
