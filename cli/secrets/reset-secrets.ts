import { forgetAllSecrets } from '../../contract/store/repository/secrets.ts'
import { say } from '../../setup/say.ts'
import { withStore } from '../with-store.ts'

/** For an installation whose master key is lost: whatever was encrypted with it is of no use. */
export async function resetSecrets(): Promise<number> {
  return withStore(async (store) => {
    const repositories = await forgetAllSecrets(store)
    say(
      `Forgot the secrets of ${repositories} repositories. Restart the runner: it takes the master key that is there, or makes a new one.`,
    )
    say('Every micro has another key of its own, MICRO_KEY, from its next start on.')
    return 0
  })
}
