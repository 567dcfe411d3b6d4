import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Findings, Place, Position } from '../findings.ts'
import { quote } from '../quote.ts'
import type { Mapping, Scalar, Value } from './tree.ts'

/** Aliases may repeat a part of the file; these bounds keep a few lines of them from growing into millions of values. */
const MOST_VALUES = 10_000
const DEEPEST = 20

/**
 * The YAML library's nodes as our tree. Aliases are followed; tags and keys that are no text are refused, and of a key that
 * stands twice the findings name both lines.
 *
 * @returns undefined when the file is not a group of keys; the findings say so.
 */
export function buildTree(
  contents: Node,
  context: { readonly findings: Findings; readonly place: (offset: number) => Position },
): Mapping | undefined {
  const builder: Builder = { ...context, anchors: new Map(), values: 0, exhausted: false }
  const place: Place = { path: '', at: context.place(contents.range?.[0] ?? 0) }
  const root = build(builder, contents, { place, depth: 0, aliased: false })
  if (root.kind === 'mapping' && !builder.exhausted) return root
  if (context.findings.errors.length === 0) {
    context.findings.error(place, 'the file must hold keys and values, such as "v: 1"')
  }
  return undefined
}

interface Builder {
  readonly findings: Findings
  readonly place: (offset: number) => Position
  /** Kept here because the library's own look-up walks the document from its start for each alias. */
  readonly anchors: Map<string, Node>
  values: number
  exhausted: boolean
}

interface Spot {
  readonly place: Place
  readonly depth: number
  /** Inside what an alias repeats, where anchors were noted before. */
  readonly aliased: boolean
}

function build(builder: Builder, node: Node, spot: Spot): Value {
  builder.values += 1
  if (builder.values > MOST_VALUES || spot.depth > DEEPEST) return exhaust(builder, spot.place)
  if (isAlias(node)) return buildAlias(builder, node, spot)
  if (!spot.aliased && node.anchor !== undefined) builder.anchors.set(node.anchor, node)
  if (hasForeignTag(node)) {
    return refuse(builder, spot.place, tagInWords(node.tag ?? ''))
  }
  if (isMap(node)) return buildMapping(builder, node, spot)
  if (isSeq(node)) return buildList(builder, node, spot)
  return buildScalar(node, spot.place)
}

function exhaust(builder: Builder, place: Place): Value {
  // Once is enough: every further value of such a file would say it again.
  if (!builder.exhausted)
    builder.findings.error(place, 'the file grows too large or too deep here; use fewer aliases and levels')
  builder.exhausted = true
  builder.values = MOST_VALUES
  return { ...place, kind: 'foreign' }
}

function buildAlias(builder: Builder, alias: Alias, spot: Spot): Value {
  const target = builder.anchors.get(alias.source)
  if (target !== undefined) return build(builder, target, { ...spot, depth: spot.depth + 1, aliased: true })
  const message = `the alias ${quote(`*${alias.source}`)} has no anchor before it; a value that begins with "*" needs quotes`
  return refuse(builder, spot.place, message)
}

function buildMapping(builder: Builder, map: YAMLMap, { place, depth, aliased }: Spot): Mapping {
  const entries = new Map<string, Value>()
  for (const { key, value } of map.items as { key: Node | null; value: Node | null }[]) {
    const at = key?.range ? builder.place(key.range[0]) : place.at
    const name = isScalar(key) && typeof key.value !== 'object' ? nameOf(key) : undefined
    if (name === undefined) {
      builder.findings.error({ path: place.path, at }, 'a key must be plain text')
      continue
    }
    const own: Place = { path: place.path === '' ? name : `${place.path}.${name}`, at }
    const first = entries.get(name)
    if (first !== undefined) {
      builder.findings.error(own, `the key ${quote(name)} stands twice; line ${first.at.line} has it already`)
      continue
    }
    entries.set(name, value === null ? nothing(own) : build(builder, value, { place: own, depth: depth + 1, aliased }))
  }
  return { ...place, kind: 'mapping', entries }
}

function nameOf(key: { readonly value: unknown; readonly source?: string }): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

function buildList(builder: Builder, list: YAMLSeq, { place, depth, aliased }: Spot): Value {
  const items = (list.items as (Node | null)[]).map((item, index): Value => {
    const at = item?.range ? builder.place(item.range[0]) : place.at
    const own: Place = { path: `${place.path}[${index}]`, at }
    return item === null ? nothing(own) : build(builder, item, { place: own, depth: depth + 1, aliased })
  })
  return { ...place, kind: 'list', items }
}

function buildScalar(node: Node, place: Place): Scalar {
  if (!isScalar(node)) return { ...place, kind: 'foreign' }
  const { value } = node
  const written = node.source ?? String(value)
  if (typeof value === 'string') return { ...place, kind: 'text', text: value }
  if (typeof value === 'number') return { ...place, kind: 'number', number: value, text: written }
  if (typeof value === 'boolean') return { ...place, kind: 'boolean', text: written }
  return value === null ? nothing(place) : { ...place, kind: 'foreign' }
}

function nothing(place: Place): Scalar {
  return { ...place, kind: 'nothing' }
}

function refuse(builder: Builder, place: Place, message: string): Value {
  builder.findings.error(place, message)
  return { ...place, kind: 'foreign' }
}

function tagInWords(tag: string): string {
  // Written with one "!", it was hardly meant as a tag.
  const advice = tag.startsWith('!') ? '; remove it, or put a text that begins with "!" in quotes' : '; remove it'
  return `the tag ${quote(tag)} is not supported${advice}`
}

function hasForeignTag(node: Node): boolean {
  return node.tag !== undefined && !/^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/.test(node.tag)
}
