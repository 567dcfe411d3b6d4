import { connectDocker } from '../../docker/client.ts'
import { registryAnswers } from '../../docker/images.ts'
import { readSettings } from '../../env.ts'
import { runtimes } from '../../../runtimes/catalogue.ts'
import { preparedRuntimes } from '../prepare.ts'
import { findMissing } from './find-missing.ts'
import { listRuntimes } from './list-runtimes.ts'

/** How long a registry may take to answer. */
const ANSWER_MS = 3000

/** `node runner/images/listing/main.ts`: prints the catalogue as this host sees it, as JSON. */
const docker = connectDocker(readSettings().dockerSocket)
const signal = AbortSignal.timeout(30_000)
const [ready, answers, missing] = await Promise.all([
  preparedRuntimes(docker),
  registryAnswers(docker, `${runtimes[0]?.official}-slim`, ANSWER_MS),
  findMissing(signal),
])
const facts = { ready: new Set(ready.map(({ id }) => id)), registryAnswers: answers, missing }
process.stdout.write(`${JSON.stringify(listRuntimes(facts, new Date()))}\n`)
// A registry that does not answer holds its connection for minutes.
process.exit()
