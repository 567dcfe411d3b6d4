import { addSecretsChanged } from '../../contract/queue.ts'
import { ALL_MICROS, forgetAllSecrets } from '../../contract/store/repository/secrets.ts'
import { say } from '../../setup/say.ts'
import { withQueues } from '../with-queues.ts'

/** For an installation whose master key is lost: whatever was encrypted with it is of no use. */
export async function resetSecrets(): Promise<number> {
  return withQueues(async ({ store, queues }) => {
    const repositories = await forgetAllSecrets(store)
    await addSecretsChanged(queues, { micro: ALL_MICROS })
    say(
      `Forgot the secrets of ${repositories} repositories. Restart the runner: it takes the master key that is there, or makes a new one.`,
    )
    say('Every micro has another key of its own, MICRO_KEY, from its next start on.')
    return 0
  })
}
