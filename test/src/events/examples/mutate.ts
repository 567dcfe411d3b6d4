import type { Random } from '../../../support/random.ts'
import type { Example } from './load.ts'

export interface Mutant {
  readonly event: string
  readonly raw: string
  /** What was done to which example. */
  readonly title: string
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Holder = Json[] | { [key: string]: Json }

interface Place {
  readonly holder: Holder
  readonly key: string
  readonly path: string
}

/** Written in a place's stead: what JSON can say and JavaScript's own writer cannot. */
const LITERAL = '@literal:'
const literals: Readonly<Record<string, string>> = {
  'a number past all bounds': '1e400',
  'a number of 400 digits': '9'.repeat(400),
  'arrays in arrays, 5,000 deep': '['.repeat(5000) + ']'.repeat(5000),
  'objects in objects, 5,000 deep': '{"a":'.repeat(5000) + '1' + '}'.repeat(5000),
  'a lone surrogate': String.raw`"\ud800"`,
  'a key twice': '{"id":1,"id":2,"login":"a","login":"b"}',
}

const texts: readonly [string, ...string[]] = [
  '',
  ' ',
  'x'.repeat(100_000),
  '0'.repeat(40),
  'A'.repeat(40),
  `${'a'.repeat(39)}g`,
  'refs/heads/',
  'refs/heads/\u0000\u001b[31m\n',
  'refs/heads/../../main',
  'refs/heads/a b~^:?*[\\',
  'refs/tags/refs/heads/main',
  'refs/heads/ｍａｉｎ\u202e\u0000',
  '../..',
  '..',
  '.',
  'a/b',
  '%2e%2e%2f',
  '💣'.repeat(5000),
  '\u0000',
  '\ufeff',
  'ada\r\nx-hub-signature: 1',
  '__proto__',
  'constructor',
  'toString',
  '$(reboot)',
  '{{constructor}}',
  '1970-01-01T00:00:00Z',
  'not a date',
]

const numbers: readonly [number, ...number[]] = [
  0,
  -0,
  -1,
  1,
  0.5,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53),
  1e21,
  1e308,
  5e-324,
]

/** One by one, everything that may stand where something else is expected, as JSON. */
export const oddValues: readonly string[] = [
  ...texts.map((each) => JSON.stringify(each)),
  ...numbers.map((each) => JSON.stringify(each)),
  ...Object.values(literals),
  'null',
  'true',
  'false',
  '[]',
  '{}',
  '[{}]',
  '{"__proto__":{"id":1}}',
  '{"toString":1,"valueOf":null}',
]

/** The words that decide what becomes of a delivery: places below them are chosen more often. */
const telling =
  /^\$\.(?:action|number|ref|before|after|deleted|created|forced|installation|repository\.(?:id|name|full_name|owner|default_branch|archived|private|fork)|sender|pull_request\.(?:number|state|updated_at|head|base|draft|merged|labels)|changes|comment\.(?:id|body|user)|issue\.(?:number|pull_request|state)|check_run\.(?:id|external_id|app|head_sha)|requested_action|check_suite|merge_group|repositories)/

const changes: Readonly<Record<string, (place: Place, random: Random) => Json | undefined>> = {
  'is gone': () => undefined,
  'is null': () => null,
  'is another text': (_, random) => random.pick(texts),
  'is another number': (_, random) => random.pick(numbers),
  'is a boolean': (_, random) => random.chance(0.5),
  'is an array of itself': (place) => [read(place), read(place)],
  'is an empty object': () => ({}),
  'is an empty array': () => [],
  'is an object around itself': (place) => ({ value: read(place), toString: 1, valueOf: null }),
  'is its own text': (place) => JSON.stringify(read(place)),
  'is a literal': (_, random) => LITERAL + random.pick(Object.keys(literals) as [string, ...string[]]),
  'is an array of a thousand': (place) => Array.from({ length: 1000 }, () => read(place)).slice(0, 1000),
  'has a prototype': (place) => {
    const value = read(place)
    const more = JSON.parse('{"__proto__":{"id":1,"isAdmin":true},"constructor":{"prototype":{"id":1}}}') as Json
    return isHolder(value) && !Array.isArray(value) ? merged(value, more as { [key: string]: Json }) : more
  },
}

/** One to three faults in a copy of an example; the same ones for the same state of chance. */
export function mutate(example: Example, random: Random): Mutant {
  const root: { [key: string]: Json } = { $: structuredClone(example.payload) as Json }
  const said: string[] = []
  for (let left = 1 + random.below(3); left > 0; left--) {
    const places = placesIn(root['$'] ?? null)
    const near = places.filter(({ path }) => telling.test(path))
    const place = random.oneOf(near.length > 0 && random.chance(0.75) ? near : places)
    if (place === undefined) break
    if (!Array.isArray(place.holder) && random.chance(0.1)) said.push(rename(place, random))
    else said.push(change(place, random))
  }
  let literal = 0
  // A thousand deep ones would be a body of ten megabytes.
  const raw = JSON.stringify(root['$']).replaceAll(/"@literal:([^"]*)"/g, (text, name: string) =>
    literal++ < 3 ? (literals[name] ?? text) : '1',
  )
  return { event: example.event, raw, title: `${example.title}: ${said.join('; ')}` }
}

function change(place: Place, random: Random): string {
  const name = random.pick(Object.keys(changes) as [string, ...string[]])
  const value = changes[name]?.(place, random)
  if (value === undefined) remove(place)
  else write(place, value)
  const shown = typeof value === 'object' ? '' : ` (${JSON.stringify(value)?.slice(0, 40) ?? ''})`
  return `${place.path} ${name}${shown}`
}

function rename(place: Place, random: Random): string {
  const value = read(place)
  const name = random.pick(['id', 'ID', `${place.key} `, '__proto__', place.key.toUpperCase(), 'toString'])
  remove(place)
  if (!Array.isArray(place.holder)) define(place.holder, name, value)
  return `${place.path} is named ${name}`
}

function placesIn(value: Json): Place[] {
  const found: Place[] = []
  const visit = (at: Json, path: string): void => {
    if (!isHolder(at) || found.length > 3000) return
    for (const [key, inner] of Object.entries(at)) {
      const place = { holder: at, key, path: `${path}.${key}` }
      found.push(place)
      visit(inner, place.path)
    }
  }
  visit(value, '$')
  return found
}

function isHolder(value: Json): value is Holder {
  return typeof value === 'object' && value !== null
}

function read({ holder, key }: Place): Json {
  return (holder as { [key: string]: Json })[key] ?? null
}

function write({ holder, key }: Place, value: Json): void {
  define(holder, key, structuredClone(value))
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

/** An assignment to `__proto__` would not make a key of that name. */
function define(holder: Holder, key: string, value: Json): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

function merged(one: { [key: string]: Json }, other: { [key: string]: Json }): Json {
  const both: { [key: string]: Json } = {}
  for (const [key, value] of [...Object.entries(one), ...Object.entries(other)]) define(both, key, value)
  return both
}
