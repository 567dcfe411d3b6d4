import { findRepository } from '../../contract/store/repository/repositories.ts'
import { ALL_MICROS, listSecrets } from '../../contract/store/repository/secrets.ts'
import { say } from '../../setup/say.ts'
import { formatTable } from '../format-table.ts'
import { targetText, type Target } from '../target.ts'
import { withStore } from '../with-store.ts'

/** Prints names, scopes and dates of what is set for a repository, or of what reaches one of its micros. Needs no key. */
export async function listAll(target: Target): Promise<number> {
  return withStore(async (store) => {
    const repository = await findRepository(store, target.fullName)
    const stored = (await listSecrets(store, repository)).filter(
      ({ micro }) => target.micro === undefined || micro === ALL_MICROS || micro === target.micro,
    )
    if (stored.length === 0) {
      say(`No secrets are set for ${targetText(target)}.`)
      return 0
    }
    const rows = stored.map(({ name, scope, micro, secret }) => [
      name,
      scope,
      micro === ALL_MICROS ? 'all micros' : micro,
      new Date(secret.setAtMs).toISOString().replace('T', ' ').slice(0, 19),
    ])
    for (const line of formatTable([['name', 'scope', 'for', 'set (UTC)'], ...rows])) say(line)
    if (repository.id === undefined)
      say(
        `Nobody has pushed to ${target.fullName} yet: they wait for the first repository of that name that is pushed.`,
      )
    return 0
  })
}
