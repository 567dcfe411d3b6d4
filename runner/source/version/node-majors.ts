/** Node's LTS lines by code name: https://github.com/nodejs/Release/blob/main/schedule.json */
const codenames: Readonly<Record<string, number>> = {
  argon: 4,
  boron: 6,
  carbon: 8,
  dubnium: 10,
  erbium: 12,
  fermium: 14,
  gallium: 16,
  hydrogen: 18,
  iron: 20,
  jod: 22,
  krypton: 24,
}

/** A version with one to three numbers, the later ones possibly `x` or `*`. */
const VERSION = /^v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+][\w.+-]+)?$/

/** What one version file or range accepts, by its major version alone: an image has the newest release of its major. */
export type AcceptsMajor = (major: number) => boolean

/**
 * What `.nvmrc` and `.node-version` say: `v18`, `18.17.0`, `lts/hydrogen`, `lts/*`, `node`.
 *
 * @returns undefined for what is neither a version nor an alias.
 */
export function readNodeAlias(text: string): AcceptsMajor | undefined {
  const word = text.trim().toLowerCase()
  if (/^(node|stable|current|latest|lts|lts\/\*|default)$/.test(word)) return () => true
  const named = codenames[word.replace(/^lts\//, '')]
  const major = named ?? majorOf(word)
  return major === undefined ? undefined : (asked) => asked === major
}

/**
 * A range as npm writes it in `engines.node`: `>=14 <19`, `18.x || ^20.9.0`, `14 - 18`, `*`
 * (https://github.com/npm/node-semver#ranges). Minor and patch numbers are passed over.
 *
 * @returns undefined for what is no range.
 */
export function readNodeRange(text: string): AcceptsMajor | undefined {
  const sides = text.split('||').map(readSide)
  const known = sides.filter((side) => side !== undefined)
  return known.length === sides.length ? (major) => known.some((side) => side(major)) : undefined
}

function readSide(text: string): AcceptsMajor | undefined {
  const hyphen = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(text)
  // An operator may stand apart from its version.
  const words = hyphen
    ? [`>=${hyphen[1]}`, `<=${hyphen[2]}`]
    : text
        .replaceAll(/([<>=~^])\s+/g, '$1')
        .trim()
        .split(/\s+/)
  const parts = words.map(readComparator)
  const known = parts.filter((part) => part !== undefined)
  return known.length === parts.length ? (major) => known.every((part) => part(major)) : undefined
}

function readComparator(text: string): AcceptsMajor | undefined {
  if (/^[=^~]*[*xX]?$/.test(text)) return () => true
  const match = /^(>=|<=|>|<|=|\^|~>?)?(.+)$/.exec(text)
  const [, operator = '=', version = ''] = match ?? []
  const numbers = VERSION.exec(version)
  const major = majorOf(version)
  if (numbers === null || major === undefined) return undefined
  // `<18.5` has an 18 in it, and `>18` has none.
  const [, , minor, patch] = numbers
  switch (operator) {
    case '>=':
      return (asked) => asked >= major
    case '>':
      return (asked) => (minor === undefined ? asked > major : asked >= major)
    case '<=':
      return (asked) => asked <= major
    case '<':
      return (asked) => (Number(minor ?? 0) > 0 || Number(patch ?? 0) > 0 ? asked <= major : asked < major)
    default:
      return (asked) => asked === major
  }
}

function majorOf(version: string): number | undefined {
  const digits = VERSION.exec(version)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
