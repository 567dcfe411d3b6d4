import type { PushJob } from '../../contract/jobs/events.ts'
import type { MicroConfig } from '../../contract/config.ts'
import type { Store } from '../../contract/store/connect.ts'
import { noteHead, noteNamedBranches, readHeads } from '../../contract/store/repository/heads.ts'
import { branchMark } from './branch-mark.ts'
import type { KnownMicro } from './plan-push.ts'

interface Dealt {
  readonly sha: string
  /** Of the config file at that commit; undefined when it cannot be read. */
  readonly micros: readonly MicroConfig[] | undefined
  /** What the repository served before. */
  readonly known: readonly KnownMicro[]
}

/** Notes that a branch that something is deployed from, or may be, was dealt with at a commit, whatever came of it. */
export async function noteBranch(push: PushJob, { sha, micros, known }: Dealt, store: Store): Promise<void> {
  const { repositoryId, branch, defaultBranch } = push
  const named = new Set((micros ?? []).map((micro) => micro.branch ?? defaultBranch))
  if (branch === defaultBranch && micros !== undefined) {
    await noteNamedBranches(store, { repositoryId, branches: [...named].filter((one) => one !== defaultBranch) })
  }
  const isTracked = branch === defaultBranch || named.has(branch) || known.some((micro) => micro.branch === branch)
  if (isTracked) await noteHead(store, { repositoryId, ref: { branch }, mark: branchMark({ ...push, sha }) })
}

/** Whether the commit of a push was dealt with before, under the name that the repository has now. */
export async function isBranchNoted(push: PushJob, store: Store): Promise<boolean> {
  if (push.sha === undefined) return false
  const { branches } = await readHeads(store, push.repositoryId)
  return branches.get(push.branch) === branchMark({ ...push, sha: push.sha })
}
