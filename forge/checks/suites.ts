import type { Forge } from '../forge.ts'
import { readCommit } from '../git/commits.ts'
import { checkSuiteShape, type SuiteParts } from '../shapes/checks.ts'
import { ensureAccount, type Account } from '../state/accounts.ts'
import { hearing } from '../state/installations.ts'
import { addRecord, recordsOf, type Stored } from '../state/records.ts'
import type { Repository } from '../state/repositories.ts'
import { NO_COMMIT, type RefUpdate } from '../webhooks/push-event.ts'
import { tell } from '../webhooks/tell.ts'

/** As GitHub, gives each pushed commit a check suite and asks the App to fill it, if it may write checks at all. */
export async function requestSuites(
  forge: Forge,
  repository: Repository,
  { updates, pusher }: { readonly updates: readonly RefUpdate[]; readonly pusher: Account },
): Promise<void> {
  const installation = hearing(forge.database, repository)
  const permissions = installation?.permissions ?? forge.grant.permissions
  if (installation === undefined || permissions['checks'] !== 'write') return
  for (const { ref, before, after } of updates) {
    if (after === NO_COMMIT || findSuite(forge, repository, after) !== undefined) continue
    const headBranch = ref.slice('refs/heads/'.length)
    const suite = ensureSuite(forge, repository, { headSha: after, headBranch, before })
    await tellSuite(forge, repository, { suite, action: 'requested', sender: pusher })
  }
}

/** The commit's suite, made when it has none: for commits of forks, whose pushes ask for nothing. */
export function ensureSuite(forge: Forge, repository: Repository, body: Stored<'checkSuite'>['body']) {
  return (
    findSuite(forge, repository, body.headSha) ??
    addRecord(forge.database, 'checkSuite', {
      repositoryId: repository.id,
      parent: body.headSha,
      creatorId: ensureAccount(forge.database, `${forge.app.slug}[bot]`).id,
      nowMs: forge.clock(),
      body,
    })
  )
}

export async function tellSuite(
  forge: Forge,
  repository: Repository,
  event: {
    readonly suite: Stored<'checkSuite'>
    readonly action: 'requested' | 'rerequested' | 'completed'
    readonly sender: Account
  },
): Promise<void> {
  const { suite, action, sender } = event
  const body = { check_suite: checkSuiteShape(await suiteParts(forge, repository, suite), suite) }
  tell(forge, repository, { name: 'check_suite', action, sender, body })
}

export async function suiteParts(
  forge: Forge,
  repository: Repository,
  { body }: Stored<'checkSuite'>,
): Promise<SuiteParts> {
  const creator = ensureAccount(forge.database, `${forge.app.slug}[bot]`)
  return {
    around: { ...forge, repository, creator },
    commit: await readCommit(forge.git, forge.git.folder(repository.id), body.headSha),
    runs: latestRuns(recordsOf(forge.database, 'checkRun', { repositoryId: repository.id, parent: body.headSha })),
  }
}

/** Of each name the newest; the others are history. */
export function latestRuns(runs: readonly Stored<'checkRun'>[]): Stored<'checkRun'>[] {
  return [...new Map(runs.map((run) => [run.body.name, run])).values()]
}

function findSuite(forge: Forge, repository: Repository, sha: string): Stored<'checkSuite'> | undefined {
  return recordsOf(forge.database, 'checkSuite', { repositoryId: repository.id, parent: sha })[0]
}
