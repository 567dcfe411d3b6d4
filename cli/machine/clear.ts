import { say } from '../../setup/say.ts'
import { run } from '../run.ts'
import { oneShot } from '../start/services.ts'

/** Ends all sandboxes of this data folder and takes its networks and firewall rules out, while no runner works on it. */
export async function clear(): Promise<number> {
  await run(oneShot('runner/clear.ts', []))
  say('All sandboxes, networks and firewall rules of this data folder are gone; the data is still there.')
  return 0
}
