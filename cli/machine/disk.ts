import { say } from '../../setup/say.ts'
import { run } from '../run.ts'
import { oneShot } from '../start/services.ts'

/** Prints what takes the disk of this data folder. */
export async function disk(): Promise<number> {
  await run(oneShot('runner/housekeeping/main.ts', []), { onLine: say, stdout: 'lines' })
  return 0
}
