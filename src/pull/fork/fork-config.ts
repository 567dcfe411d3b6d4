import type { MicroConfig } from '../../../contract/config.ts'
import { defaultLimits, type Limits } from '../../../contract/limits.ts'

interface Trusted {
  /** The micro of that name in the base branch's file; undefined when it has none. */
  readonly base: MicroConfig | undefined
  /** The most that the operator grants the repository. */
  readonly granted: Limits
  /** Whether somebody looks at the fork's commit before it runs. */
  readonly approved: boolean
}

/**
 * What of a fork's config file counts. Limits and the secrets that are asked for are those of the base branch's file, and so is `build` where
 * nobody looks at the commit; a micro that the base does not have gets the usual limits, asks for no secrets and has no build of its own.
 */
export function forkConfig(head: MicroConfig, { base, granted, approved }: Trusted): MicroConfig {
  const { build: asked, ...rest } = head
  const build = approved ? asked : base?.build
  return {
    ...rest,
    ...(build === undefined ? {} : { build }),
    limits: base?.limits ?? usual(granted),
    secrets: base?.secrets ?? [],
  }
}

/** A repository may be granted less than is usual. */
function usual(granted: Limits): Limits {
  const fields = Object.keys(defaultLimits) as (keyof Limits)[]
  return Object.fromEntries(
    fields.map((field) => [field, Math.min(defaultLimits[field], granted[field])]),
  ) as unknown as Limits
}

/** What a fork's file asks for and does not get, in words for its log. */
export function forkNotes(head: MicroConfig, given: MicroConfig): string[] {
  const notes: string[] = []
  if (head.build !== given.build)
    notes.push('build: is that of the base branch, because nobody here has looked at this commit')
  const fields = Object.keys(defaultLimits) as (keyof Limits)[]
  if (fields.some((field) => head.limits[field] !== given.limits[field]))
    notes.push('limits: are those of the base branch, because this pull request is from a fork')
  return notes
}
