import { knownRepositories } from '../../contract/store/repository/known.ts'
import { askedKindly } from './asked-kindly.ts'
import { compareInstallation } from './compare-installation.ts'
import type { ReconcileDeps } from './deps.ts'
import { lookAgain } from './look-again.ts'
import { listInstallations, listRepositories } from './read-github.ts'

interface Pass {
  /** Counts the passes. */
  readonly number: number
  readonly signal: AbortSignal
}

/**
 * Compares all that GitHub shows us with what we have dealt with, and mends the difference: commits and pull requests of which no delivery
 * told us, and repositories that we serve and that are ours no more.
 *
 * @throws Octokit's RequestError when the installations cannot be listed, and what ioredis throws.
 */
export async function reconcile({ number, signal }: Pass, deps: ReconcileDeps): Promise<void> {
  const installations = await listInstallations(deps)
  const active = installations.all.filter(({ isSuspended }) => !isSuspended)
  for (const { installationId } of active) {
    if (signal.aborted) return
    if (deps.reader.isSpent(installationId)) continue
    const listed = await askedKindly(installationId, deps, () => listRepositories(installationId, deps))
    if (listed !== undefined) await compareInstallation({ installationId, listed, pass: number, signal }, deps)
  }
  if (!installations.complete) return
  const ids = new Set(active.map(({ installationId }) => installationId))
  for (const repository of await knownRepositories(deps.store)) {
    if (!ids.has(repository.installationId)) await lookAgain(repository, { toldBy: undefined }, deps)
  }
}
