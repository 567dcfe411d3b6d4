import { knownRepositories } from '../../contract/store/repository/known.ts'
import { forgetLooks, readLooks } from '../../contract/store/repository/looks.ts'
import { askedKindly } from './asked-kindly.ts'
import { compareRepository } from './compare-repository.ts'
import type { ReconcileDeps } from './deps.ts'
import type { Listed } from './listed.ts'
import { lookAgain } from './look-again.ts'

/** In one of so many passes a repository is looked at in whole, whatever the list says: each in another one. */
const THOROUGH_EVERY = 12

interface Comparison {
  readonly installationId: number
  readonly listed: { readonly all: readonly Listed[]; readonly complete: boolean }
  /** Which pass it is; absent for one that a delivery asked for. */
  readonly pass?: number
  readonly toldBy?: string
  readonly signal?: AbortSignal
}

/**
 * Compares the repositories of an installation with what was dealt with; of those that it does not list any more GitHub is asked one by one.
 * It stops where the installation's budget is nearly spent, and the next pass goes on.
 *
 * @returns how many events were noted.
 * @throws what ioredis throws.
 */
export async function compareInstallation(comparison: Comparison, deps: ReconcileDeps): Promise<number> {
  const { installationId, listed, pass, toldBy, signal } = comparison
  const { store, reader } = deps
  const looks = await readLooks(store, installationId)
  let count = 0
  for (const one of listed.all) {
    if (signal?.aborted === true || reader.isSpent(installationId)) return count
    const isThorough = pass !== undefined && one.repositoryId % THOROUGH_EVERY === pass % THOROUGH_EVERY
    const look = { listed: one, former: looks.get(one.repositoryId), isThorough }
    count += (await askedKindly(installationId, deps, () => compareRepository(look, deps))) ?? 0
  }
  if (!listed.complete) return count
  const ids = new Set(listed.all.map(({ repositoryId }) => repositoryId))
  await forgetLooks(store, { installationId, repositoryIds: [...looks.keys()].filter((id) => !ids.has(id)) })
  for (const one of await knownRepositories(store)) {
    if (one.installationId === installationId && !ids.has(one.repositoryId)) {
      count += (await lookAgain(one, { toldBy }, deps)) ? 1 : 0
    }
  }
  return count
}
