import { MICRO_NAME, slug } from '../../names.ts'
import type { Findings } from '../findings.ts'
import { quote } from '../quote.ts'
import { readText } from './read-scalar.ts'
import type { Value } from '../document/tree.ts'

interface Options {
  readonly findings: Findings
}

const MOST_COMMAND_BYTES = 4096

/** A micro's name, or undefined: then the caller has a default. */
export function readName(value: Value | undefined, { findings }: Options): string | undefined {
  const text = readText(value, { label: 'name', findings, most: 255 })
  if (value === undefined || text === undefined) return undefined
  if (MICRO_NAME.test(text)) return text
  const rule = 'lower-case letters, digits, single hyphens, at most 39'
  findings.error(value, `name: ${quote(text)} cannot be used; write for example "${slug(text)}" (${rule})`)
  return undefined
}

/** Whether the text has the form of a runtime; which ones there are, the runner's catalogue knows. */
export const RUNTIME = /^(?:python|nodejs|node)[ @:-]?v?\d+(?:\.\d+|\.x)*$/i

export function readRuntime(value: Value | undefined, { findings }: Options): string | undefined {
  if (value?.kind === 'number') {
    const language = value.text.includes('.') ? 'python' : 'nodejs'
    findings.error(
      value,
      `runtime: ${quote(value.text)} names no language; write for example ${language}${value.text.slice(0, 8)}`,
    )
    return undefined
  }
  const text = readText(value, { label: 'runtime', findings, most: 64 })
  if (value === undefined || text === undefined) return undefined
  if (RUNTIME.test(text)) return text
  const named = /^(?:python|nodejs|node)$/i.test(text) ? 'has no version' : 'is not known'
  findings.error(value, `runtime: ${quote(text)} ${named}; write for example nodejs24 or python3.13`)
  return undefined
}

/** A shell command, of one line or several. */
export function readCommand(
  value: Value | undefined,
  { label, findings }: Options & { readonly label: 'build' | 'run' },
): string | undefined {
  if (value?.kind === 'list') {
    findings.error(value, `${label}: must be one text, not a list; join commands with "&&"`)
    return undefined
  }
  return readText(value, { label, findings, most: MOST_COMMAND_BYTES })
}

/** Git's rules for a branch name (git-check-ref-format), and no `refs/heads/` before it. */
export const BRANCH =
  /^(?![-/.])(?!refs\/)(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)))(?!@$)[^\p{Cc} ~^:?*[\\]+(?<![./])$/u

/** The production branch's name without `refs/heads/`. */
export function readBranch(value: Value | undefined, { findings }: Options): string | undefined {
  const text = readText(value, { label: 'branch', findings, most: 255 })
  if (value === undefined || text === undefined) return undefined
  if (BRANCH.test(text)) return text
  findings.error(value, `branch: ${quote(text)} ${faultOfBranch(text)}`)
  return undefined
}

function faultOfBranch(text: string): string {
  if (text.startsWith('refs/heads/')) return `needs no refs/heads/; write ${quote(text.slice('refs/heads/'.length))}`
  if (/[*?]/.test(text)) return 'is a pattern; name one branch'
  return 'is no name that git allows for a branch'
}
