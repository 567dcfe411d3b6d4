import type { Store } from '../connect.ts'

/** A branch, or a pull request, of one repository. */
export type Ref = { readonly branch: string } | { readonly pull: number }

/** What was dealt with last: of each branch and each open pull request a mark that changes when there is something to do. */
export interface Heads {
  readonly branches: ReadonlyMap<string, string>
  readonly pulls: ReadonlyMap<number, string>
  /** The branches that the config file of the default branch names. */
  readonly named: readonly string[]
}

const NAMED = 'named'

/** Notes that a branch or pull request was dealt with, whatever came of it. */
export async function noteHead(
  { redis, keys }: Store,
  { repositoryId, ref, mark }: { readonly repositoryId: number; readonly ref: Ref; readonly mark: string },
): Promise<void> {
  await redis.hset(keys.heads(repositoryId), fieldOf(ref), mark)
}

/** Notes that there is nothing to do any more for a branch or pull request, because it is gone. */
export async function forgetHead(
  { redis, keys }: Store,
  { repositoryId, ref }: { readonly repositoryId: number; readonly ref: Ref },
): Promise<void> {
  await redis.hdel(keys.heads(repositoryId), fieldOf(ref))
}

/** Notes which branches the config file of the default branch names. */
export async function noteNamedBranches(
  { redis, keys }: Store,
  { repositoryId, branches }: { readonly repositoryId: number; readonly branches: readonly string[] },
): Promise<void> {
  await redis.hset(keys.heads(repositoryId), NAMED, JSON.stringify(branches))
}

export async function readHeads({ redis, keys }: Store, repositoryId: number): Promise<Heads> {
  const fields = await redis.hgetall(keys.heads(repositoryId))
  const branches = new Map<string, string>()
  const pulls = new Map<number, string>()
  for (const [field, mark] of Object.entries(fields)) {
    if (field.startsWith('branch:')) branches.set(field.slice('branch:'.length), mark)
    if (field.startsWith('pull:')) pulls.set(Number(field.slice('pull:'.length)), mark)
  }
  return { branches, pulls, named: JSON.parse(fields[NAMED] ?? '[]') as string[] }
}

function fieldOf(ref: Ref): string {
  return 'branch' in ref ? `branch:${ref.branch}` : `pull:${ref.pull}`
}
