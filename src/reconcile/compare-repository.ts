import { microsOfRepository, targetStanding, previewsOfRepository } from '../../contract/store/micros.ts'
import { readHeads, type Heads } from '../../contract/store/repository/heads.ts'
import { forgetLooks, noteLook } from '../../contract/store/repository/looks.ts'
import { pullOfKey } from '../../contract/target-key.ts'
import { RECONCILE } from '../events/delivery-ids.ts'
import { acceptAgain } from './accept-again.ts'
import type { ReconcileDeps } from './deps.ts'
import { listedMark, type Listed } from './listed.ts'
import { planMissed, type Missed } from './plan.ts'
import { hasConfig, listOpenPulls, readHead } from './read-github.ts'

interface Known {
  readonly heads: Heads
  /** Branches that micros in production were deployed from. */
  readonly deployed: readonly string[]
  /** Numbers of the pull requests that have previews. */
  readonly previewed: readonly number[]
}

interface Look {
  readonly listed: Listed
  /** As what the list showed it when nothing was left to do. */
  readonly former: string | undefined
  /** Whether to look at everything, although nothing seems to have changed; only where something is deployed from it. */
  readonly isThorough: boolean
}

/**
 * Compares what GitHub shows of a repository with what was dealt with, and notes what was missed as if it had just been told. A repository
 * that nothing is deployed from costs one request, and none until something is pushed to it.
 *
 * @returns how many events were noted.
 * @throws Octokit's RequestError and what ioredis throws.
 */
export async function compareRepository(look: Look, deps: ReconcileDeps): Promise<number> {
  const { listed, former, isThorough } = look
  const known = await readKnown(listed.repositoryId, deps)
  const isUsed = known.deployed.length + known.previewed.length + known.heads.named.length > 0
  const hasChanged = (isThorough && isUsed) || former !== listedMark(listed)
  if (!isUsed && !hasChanged) return 0
  const withBranches = hasChanged && (isUsed || (await hasConfig(listed, deps)))
  const withPulls = isUsed || withBranches || former !== undefined
  const missed = planMissed({
    ...known,
    ...listed,
    branches: withBranches ? await readBranches(listed, known, deps) : new Map(),
    pulls: withPulls ? await listOpenPulls(listed, deps) : undefined,
  })
  await noteMissed(missed, listed, deps)
  const count = missed.branches.length + missed.pulls.length
  // Nothing of what was noted before was in vain.
  if (hasChanged && count === 0) deps.patience.forget(`${RECONCILE}${listed.repositoryId}-`)
  if (hasChanged) await remember(listed, count === 0, deps)
  return count
}

async function readKnown(repositoryId: number, { store }: ReconcileDeps): Promise<Known> {
  const [heads, micros, previews] = await Promise.all([
    readHeads(store, repositoryId),
    microsOfRepository(store, repositoryId),
    previewsOfRepository(store, repositoryId),
  ])
  const standings = await Promise.all(micros.map((key) => targetStanding(store, key)))
  return {
    heads,
    deployed: standings.flatMap(({ newest, live }) => (newest ?? live)?.branch ?? []),
    previewed: [...new Set(previews.flatMap((key) => pullOfKey(key) ?? []))],
  }
}

async function readBranches(
  listed: Listed,
  { heads, deployed }: Known,
  deps: ReconcileDeps,
): Promise<Map<string, string | undefined>> {
  const tracked = new Set([listed.defaultBranch, ...heads.named, ...deployed])
  const found = new Map<string, string | undefined>()
  for (const branch of tracked) found.set(branch, await readHead(listed, branch, deps))
  return found
}

async function noteMissed(missed: Missed, listed: Listed, deps: ReconcileDeps): Promise<void> {
  const { installationId, repositoryId, owner, repository, defaultBranch } = listed
  const common = { installationId, repositoryId, owner, repository, receivedAtMs: deps.now() }
  for (const { branch, sha } of missed.branches) {
    const deliveryId = `${RECONCILE}${repositoryId}-${branch}-${sha ?? 'gone'}`
    const job = { ...common, deliveryId, defaultBranch, branch, ...(sha === undefined ? {} : { sha }) }
    if (await acceptAgain({ queue: 'push', job }, deps)) deps.log.info({ ...job }, 'a push was missed')
  }
  for (const { pull, mark } of missed.pulls) {
    const deliveryId = `${RECONCILE}${repositoryId}-pull-${pull}-${mark.replace(' ', '-')}`
    const job = { ...common, deliveryId, pull }
    if (await acceptAgain({ queue: 'pull', job }, deps))
      deps.log.info({ ...job }, 'an event of a pull request was missed')
  }
}

/** What was missed is looked at again until nothing is. */
async function remember(listed: Listed, isClean: boolean, { store }: ReconcileDeps): Promise<void> {
  const { installationId, repositoryId } = listed
  if (isClean) await noteLook(store, { installationId, repositoryId, mark: listedMark(listed) })
  else await forgetLooks(store, { installationId, repositoryIds: [repositoryId] })
}
