import { openMasterKey } from '../../contract/secrets/master-key.ts'
import { faultOfSecretValue } from '../../contract/secrets/secret-name.ts'
import { say } from '../../setup/say.ts'
import { readSettings } from '../env.ts'
import { targetText } from '../target.ts'
import { withQueues } from '../with-queues.ts'
import { putSecrets } from './put-secrets.ts'
import { readValue } from './read-value.ts'
import type { OneSecret } from './one-secret.ts'
import { tellChange } from './tell-change.ts'
import { Refusal } from '../refusal.ts'

/** Asks for a value and keeps it, encrypted. */
export async function setOne({ target, scope, name }: OneSecret, signal: AbortSignal): Promise<number> {
  return withQueues(async ({ store, queues }) => {
    const key = await openMasterKey(store, readSettings().dataDir)
    const value = await readValue(`Value of ${name} for ${targetText(target)} (it is not shown): `, signal)
    if (value === undefined) {
      console.error('Nothing was set.')
      return 130
    }
    const fault = faultOfSecretValue(value)
    if (fault !== undefined) throw new Refusal(`The value of ${name} ${fault}.`)
    const { repository } = await putSecrets(
      { store, key },
      { target, scope, values: new Map([[name, value]]), replace: 'none' },
    )
    say(`Set ${name} for ${targetText(target)}, ${scope}.`)
    await tellChange({ store, queues }, { target, repository })
    return 0
  })
}
