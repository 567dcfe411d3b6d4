/** What one version file or specifier accepts, by the minor version of Python 3 alone. */
export type AcceptsMinor = (minor: number) => boolean

const VERSION = /^3(?:\.(\d+|\*))?(?:\.(?:\d+|\*))?(?:-dev|t|(?:a|b|rc)\d+)?$/

/**
 * What `.python-version` and `runtime.txt` say: `3.9`, `3.9.16`, `python-3.9.16`, `cpython-3.11`, `3`.
 *
 * @returns undefined for Pythons of another kind (`pypy3.9`, `miniconda3-4.7`) and what is no version of Python 3.
 */
export function readPythonVersion(text: string): AcceptsMinor | undefined {
  const match = VERSION.exec(
    text
      .trim()
      .toLowerCase()
      .replace(/^c?python[-\s@]?/, ''),
  )
  if (match === null) return undefined
  const minor = match[1]
  return minor === undefined || minor === '*' ? () => true : (asked) => asked === Number(minor)
}

/**
 * Version specifiers as in `requires-python`: `>=3.8,<3.12`, `~=3.9`, `==3.10.*`
 * (https://packaging.python.org/specifications/version-specifiers/); also Poetry's `^3.9` and `~3.9`.
 *
 * @returns undefined for what is no such list, or asks for a Python before 3.
 */
export function readPythonSpecifier(text: string): AcceptsMinor | undefined {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(readClause)
  const known = parts.filter((part) => part !== undefined)
  return known.length === parts.length && known.length > 0 ? (minor) => known.every((part) => part(minor)) : undefined
}

function readClause(text: string): AcceptsMinor | undefined {
  if (text === '*') return () => true
  const [, operator = '==', version = ''] = /^(>=|<=|>|<|===?|!=|~=|\^|~)?\s*(.+)$/.exec(text) ?? []
  if (/^[4-9](\.\d+)*$/.test(version) && operator.startsWith('<')) return () => true
  if (/^2(\.\d+|\.\*)*$/.test(version) && (operator.startsWith('>') || operator === '!=')) return () => true
  const numbers = /^3(?:\.(\d+))?(?:\.(\d+|\*))?(?:\.\*)?$/.exec(version.replace(/^3\.\*$/, '3'))
  if (numbers === null) return undefined
  const minor = numbers[1] === undefined ? undefined : Number(numbers[1])
  const patch = numbers[2]
  return clause(operator, minor, patch)
}

/** `3` without a minor number counts as 3.0 where an order is asked for. */
function clause(operator: string, minor: number | undefined, patch: string | undefined): AcceptsMinor {
  const least = minor ?? 0
  switch (operator) {
    case '>=':
    case '^':
      return (asked) => asked >= least
    case '>':
      return (asked) => (patch === undefined ? asked > least : asked >= least)
    case '<=':
      return (asked) => asked <= least
    case '<':
      return (asked) => (Number(patch ?? 0) > 0 ? asked <= least : asked < least)
    case '!=':
      return (asked) => minor === undefined || asked !== minor || (patch !== undefined && patch !== '*')
    case '~=':
      // `~=3.9` is `>=3.9,==3.*`, `~=3.9.1` is `>=3.9.1,==3.9.*`.
      return (asked) => (patch === undefined ? asked >= least : asked === minor)
    default:
      return (asked) => minor === undefined || asked === minor
  }
}
