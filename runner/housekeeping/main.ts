import { keptArtifacts } from '../../contract/store/artifacts.ts'
import { openStore } from '../../contract/store/connect.ts'
import { connectDocker } from '../docker/client.ts'
import { imagesBytes } from '../docker/daemon.ts'
import { readSettings } from '../env.ts'
import { describeDisk } from './describe-disk.ts'

/** How long Redis and Docker may take; what they know is left out after that: the folder tells most of it. */
const ANSWER_MS = 3000

/** `node runner/housekeeping/main.ts`: prints what takes the disk. */
const settings = readSettings()
const store = openStore(settings)
const late = new Promise<undefined>((resolve) => setTimeout(resolve, ANSWER_MS, undefined).unref())
const orNothing = <T>(asked: Promise<T>) => Promise.race([asked.catch(() => undefined), late])
const [kept, imageBytes] = await Promise.all([
  orNothing(keptArtifacts(store, { endedSinceMs: Date.now() })),
  orNothing(imagesBytes(connectDocker(settings.dockerSocket))),
])
const { dataDir, diskBudgetBytes, diskFloorBytes } = settings
for (const line of await describeDisk({ dataDir, diskBudgetBytes, diskFloorBytes, kept, imageBytes })) {
  process.stdout.write(`${line}\n`)
}
store.redis.disconnect()
