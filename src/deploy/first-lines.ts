import type { Trigger } from './trigger.ts'

interface Begun {
  readonly trigger: Trigger
  readonly sha: string
  readonly micro: string
  /** What else is worth saying, a line each. */
  readonly notes: readonly string[]
}

/** What a deployment's log begins with. */
export function firstLines({ trigger, sha, micro, notes }: Begun): string {
  const { owner, repository, branch, target } = trigger
  const of = target.kind === 'production' ? `branch ${branch}` : `pull request ${target.pull}`
  return `${[`${micro} at ${sha} of ${owner}/${repository}, ${of}`, ...notes].join('\n')}\n`
}
