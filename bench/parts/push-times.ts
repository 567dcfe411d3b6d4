import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { targetStanding } from '../../contract/store/micros.ts'
import { microKey } from '../../contract/target-key.ts'
import type { Repository } from '../../test/journey/support/repository.ts'
import type { Stack } from '../../test/journey/support/stack.ts'

const ASK_EVERY_MS = 25

/** One push, in ms from the moment `git push` was typed. */
export interface PushTimes {
  /** Until the endpoint answered with what was pushed. */
  readonly answered: number
  /** Until the commit's status said success. */
  readonly status: number
  /** The runner's own stages. */
  readonly stages: Readonly<Record<string, number>>
}

/** Pushes what is in the working tree and waits until `expected` comes back from the endpoint. */
export async function measurePush(stack: Stack, repository: Repository, expected: string): Promise<PushTimes> {
  const name = repository.fullName.split('/')[1] ?? ''
  const host = stack.host(`${name}--bench`)
  const sha = await repository.commit()
  const started = performance.now()
  const push = repository.push()
  const status = stack.outcome(repository.fullName, sha, `micropush/${name}`).then((outcome) => {
    if (outcome.state !== 'success') throw new Error(`the push failed: ${outcome.description}`)
    return performance.now() - started
  })
  const answered = answers(stack, host, expected).then(() => performance.now() - started)
  const [statusMs, answeredMs] = await Promise.all([status, answered, push])
  const times = { status: statusMs, answered: answeredMs }
  const { id } = (await (await stack.api(`/repos/${repository.fullName}`)).json()) as { id: number }
  const { live } = await targetStanding(stack.store, microKey({ repositoryId: id, micro: name }))
  return { ...times, stages: live?.outcome.timings ?? {} }
}

/** A source-only change: the hello micro says something else. */
export async function changeWords(repository: Repository, words: string): Promise<void> {
  await repository.write({
    'index.js': `module.exports = (request, response) => response.end(${JSON.stringify(words)})\n`,
  })
}

/** A changed dependency: the lock file is another one, though the same packages are installed. */
export async function changeLock(repository: Repository, version: string): Promise<void> {
  for (const file of ['package.json', 'package-lock.json']) {
    const path = join(repository.dir, file)
    const content = JSON.parse(await readFile(path, 'utf8')) as {
      version?: string
      packages?: Record<string, { version?: string }>
    }
    content.version = version
    if (content.packages?.[''] !== undefined) content.packages[''].version = version
    await writeFile(path, JSON.stringify(content, undefined, 2))
  }
}

async function answers(stack: Stack, host: string, expected: string): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline;) {
    const answer = await stack.ask(host)
    if (answer.body.includes(expected)) return
    // Rarely enough not to take the processor from what is measured: one question costs client, gateway and micro about a millisecond.
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
  }
  throw new Error(`${host} never said ${expected}`)
}
