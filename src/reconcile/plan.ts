import type { Heads } from '../../contract/store/repository/heads.ts'
import type { Pull } from '../pull/fetch-pull.ts'
import { pullMark } from '../pull/pull-mark.ts'
import { branchMark } from '../push/branch-mark.ts'

type Shown = Pick<Pull, 'number' | 'head' | 'base' | 'draft' | 'labels'>

interface Compared {
  readonly owner: string
  readonly repository: string
  /** What we have dealt with. */
  readonly heads: Heads
  /** Branches that micros in production were deployed from. */
  readonly deployed: readonly string[]
  /** Numbers of the pull requests that have previews. */
  readonly previewed: readonly number[]
  /** What GitHub shows: branch → its commit, or undefined where it is gone. Only of those that were looked at. */
  readonly branches: ReadonlyMap<string, string | undefined>
  /** Open pull requests; undefined when they were not looked at, or there are too many to say which are not open. */
  readonly pulls: { readonly open: readonly Shown[]; readonly complete: boolean } | undefined
}

/** What was missed: a branch without a commit is gone. */
export interface Missed {
  readonly branches: readonly { readonly branch: string; readonly sha: string | undefined }[]
  readonly pulls: readonly { readonly pull: number; readonly mark: string }[]
}

/** Compares what GitHub shows of a repository with what was dealt with. A commit that was, and failed, counts as dealt with. */
export function planMissed(compared: Compared): Missed {
  return {
    branches: [...compared.branches].flatMap((one) => missedBranch(one, compared)),
    pulls: missedPulls(compared),
  }
}

function missedBranch(
  [branch, sha]: readonly [string, string | undefined],
  { heads, deployed, owner, repository }: Compared,
): Missed['branches'] {
  const mark = heads.branches.get(branch)
  const isMissed =
    sha === undefined
      ? mark !== undefined || deployed.includes(branch)
      : mark !== branchMark({ owner, repository, sha })
  return isMissed ? [{ branch, sha }] : []
}

function missedPulls({ heads, previewed, pulls, ...named }: Compared): Missed['pulls'] {
  if (pulls === undefined) return []
  const marks = new Map(pulls.open.map((pull) => [pull.number, pullMark(named, pull)]))
  const opened = [...marks].filter(([pull, mark]) => heads.pulls.get(pull) !== mark)
  const had = new Set([...heads.pulls.keys(), ...previewed])
  const closed = pulls.complete ? [...had].filter((pull) => !marks.has(pull)) : []
  return [...opened.map(([pull, mark]) => ({ pull, mark })), ...closed.map((pull) => ({ pull, mark: 'closed' }))]
}
