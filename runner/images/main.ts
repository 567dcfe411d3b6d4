import { MicropushError } from '../../contract/errors.ts'
import { findRuntime } from '../../runtimes/catalogue.ts'
import { connectDocker } from '../docker/client.ts'
import { readSettings } from '../env.ts'
import { prepareRuntime, tidyImages } from './prepare.ts'

/** `node runner/images/main.ts RUNTIME…`: prepares the images of these runtimes, one after the other, and tells how it goes. */
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())

try {
  const { dockerSocket, dataDir } = readSettings()
  const docker = connectDocker(dockerSocket)
  for (const name of process.argv.slice(2)) {
    const runtime = findRuntime(name)
    if (runtime === undefined) throw new MicropushError('runtime-unknown', `There is no runtime "${name}".`)
    await prepareRuntime({ docker, dataDir }, runtime, { signal: stop.signal, onProgress: say })
  }
  // What was replaced less than a day before its replacement was made goes at a later start.
  await tidyImages(docker)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

function say(line: string): void {
  process.stdout.write(`  ${line}\n`)
}
