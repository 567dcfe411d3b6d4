import type { Forge } from '../forge.ts'
import { checkRunShape } from '../shapes/checks.ts'
import { ensureAccount, type Account } from '../state/accounts.ts'
import { recordById, type Stored } from '../state/records.ts'
import type { Repository } from '../state/repositories.ts'
import { tell } from '../webhooks/tell.ts'

/** Tells the App of one of its check runs. */
export function tellRun(
  forge: Forge,
  repository: Repository,
  event: {
    readonly run: Stored<'checkRun'>
    readonly action: 'created' | 'completed' | 'rerequested' | 'requested_action'
    readonly sender: Account
    /** The identifier of the button that was pressed. */
    readonly button?: string
  },
): void {
  const { run, action, sender, button } = event
  const creator = ensureAccount(forge.database, `${forge.app.slug}[bot]`)
  const suite = recordById(forge.database, 'checkSuite', { repositoryId: repository.id, id: run.body.suiteId })
  const shape = checkRunShape({ ...forge, repository, creator }, run)
  const suiteWords = { id: run.body.suiteId, head_sha: run.body.headSha, head_branch: suite?.body.headBranch ?? null }
  const body = {
    check_run: { ...shape, check_suite: suiteWords },
    ...(button === undefined ? {} : { requested_action: { identifier: button } }),
  }
  tell(forge, repository, { name: 'check_run', action, sender, body })
}
