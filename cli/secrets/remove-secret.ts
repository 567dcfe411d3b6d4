import type { Store } from '../../contract/store/connect.ts'
import { microsOfRepository, targetStanding } from '../../contract/store/micros.ts'
import { findRepository, type RepositoryRef } from '../../contract/store/repository/repositories.ts'
import { ALL_MICROS, changeSecrets, listSecrets } from '../../contract/store/repository/secrets.ts'
import { say } from '../../setup/say.ts'
import { targetText } from '../target.ts'
import { withQueues } from '../with-queues.ts'
import type { OneSecret } from './one-secret.ts'
import { tellChange } from './tell-change.ts'
import { Refusal } from '../refusal.ts'

/** Forgets one secret. */
export async function removeOne({ target, scope, name }: OneSecret): Promise<number> {
  const micro = target.micro ?? ALL_MICROS
  return withQueues(async ({ store, queues }) => {
    const repository = await findRepository(store, target.fullName)
    const stored = await listSecrets(store, repository)
    const found = stored.some((one) => one.name === name && one.scope === scope && one.micro === micro)
    const gone = found && (await changeSecrets(store, { repository, set: [], remove: [{ scope, micro, name }] }))
    if (!gone) throw new Refusal(`${name} is not set for ${targetText(target)}, ${scope}.`)
    say(`Removed ${name} of ${targetText(target)}, ${scope}.`)
    for (const asking of await askingMicros(store, repository, name))
      say(`${asking} asks for ${name} in its config: it will not start any more without it.`)
    await tellChange({ store, queues }, { target, repository })
    return 0
  })
}

/** Live micros whose config names the secret, and for which none is left. */
async function askingMicros(store: Store, repository: RepositoryRef, name: string): Promise<string[]> {
  if (repository.id === undefined) return []
  const left = (await listSecrets(store, repository)).filter((one) => one.name === name && one.scope === 'production')
  const standings = await Promise.all(
    (await microsOfRepository(store, repository.id)).map((key) => targetStanding(store, key)),
  )
  return standings.flatMap(({ live }) => {
    if (live === undefined || !live.config.secrets.includes(name)) return []
    const has = left.some(({ micro }) => micro === ALL_MICROS || micro === live.config.name)
    return has ? [] : [live.config.name]
  })
}
