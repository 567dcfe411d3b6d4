import { expect, it } from 'vitest'
import { newDeploymentId } from '../../contract/deployment.ts'
import { platformLimits } from '../../contract/limits.ts'
import { openStore } from '../../contract/store/connect.ts'
import { readLog } from '../../contract/store/logs/deployment-logs.ts'
import { openDeploymentLog } from '../../runner/deployment-log.ts'
import { createMask, noMask } from '../../runner/secrets/mask.ts'
import { startTestRedis } from '../support/redis.ts'
import { openTestStore } from '../support/store.ts'

const store = await openTestStore()

function fail(error: unknown): never {
  throw error
}

it('keeps what a build prints in its order, with lines of our own between', async () => {
  const id = newDeploymentId()
  await using log = openDeploymentLog(store, id, { mask: noMask, onProblem: fail })
  log.out('one\n')
  log.note('two')
  log.out('three\n')
  await log.flush()
  expect(await readLog(store, id)).toBe('one\n==> two\nthree\n')
})

it('holds and sends no more than a log may have, however much a build prints', async () => {
  const id = newDeploymentId()
  const chunk = 'y\n'.repeat(512 * 1024)
  await using log = openDeploymentLog(store, id, { mask: noMask, onProblem: fail })
  // More than one string can hold: unbounded, this ends the runner.
  for (let megabytes = 0; megabytes < 1024; megabytes += 1) log.out(chunk)
  await log.flush()
  expect((await readLog(store, id)).length).toBe(platformLimits.logBytes)
  const sent = /total_net_input_bytes:(\d+)/.exec(await store.redis.info('stats'))?.[1]
  expect(Number(sent)).toBeLessThan(2 * platformLimits.logBytes)
})

it('output is stored while it comes, without being asked for', async () => {
  const id = newDeploymentId()
  await using log = openDeploymentLog(store, id, { mask: noMask, onProblem: fail })
  log.out('soon\nand')
  await expect.poll(() => readLog(store, id)).toBe('soon\n')
  // A line that is not at its end is held back for a while, and not for ever.
  await expect.poll(() => readLog(store, id), { timeout: 10_000 }).toBe('soon\nand')
})

it('a log that cannot be stored is told, and stops nothing', async () => {
  await using other = await startTestRedis()
  const away = openStore({ redis: other.socket, redisPrefix: 'test' })
  await other.kill()
  const problems: unknown[] = []
  const log = openDeploymentLog(away, newDeploymentId(), {
    mask: noMask,
    onProblem: (error) => problems.push(error),
  })
  log.out('lost')
  await log.flush()
  expect(problems).toHaveLength(1)
  away.redis.disconnect()
})

it('a line of our own begins a line, whatever a build left unfinished', async () => {
  const id = newDeploymentId()
  await using log = openDeploymentLog(store, id, { mask: noMask, onProblem: fail })
  log.out('Compiling...')
  log.note('Failed')
  await log.flush()
  expect(await readLog(store, id)).toBe('Compiling...\n==> Failed\n')
})

it('no secret is stored, however the output was cut, and none in the words of a failure', async () => {
  const id = newDeploymentId()
  await using log = openDeploymentLog(store, id, { mask: createMask(['hunter2 and more']), onProblem: fail })
  for (const character of `key=hunter2 and more ghs_${'a'.repeat(36)}!\n`) {
    log.out(character)
  }
  await log.flush()
  expect(await readLog(store, id)).toBe('key=*** [token]!\n')
  expect(log.hide('it said hunter2 and more')).toBe('it said ***')
})
