import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Temperature } from '../../../contract/sandbox-state.ts'
import { deploy } from '../support/deploy.ts'
import { nodeMicro } from '../support/micros.ts'
import { stateOf } from '../support/sandbox-state.ts'
import { startStack, type Stack } from '../support/stack.ts'

const run = promisify(execFile)
const SOON = { timeout: 30_000, interval: 50 }
const RESERVE_KB = 1024 * 1024
const micro = nodeMicro("response.end(process.env['MICRO_DEPLOYMENT_ID'])")
/** For what is started while memory is short. */
const brief = nodeMicro('response.end()', 'sleep: { after: 200ms, cold: 1s }\n')

let folder: string
let meminfo: string
let stack: Stack
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mp-memory-'))
  await chmod(folder, 0o711)
  meminfo = join(folder, 'meminfo')
  // What the runner mounts below it in a mount namespace of its own has to be seen by Docker.
  await run('mount', ['--bind', folder, folder])
  await run('mount', ['--make-rshared', folder])
  await tell({ lackingKb: 0 })
  // The runner alone sees another /proc/meminfo.
  const covers = 'mount --make-private /proc && mount --bind "$0" /proc/meminfo && exec "$@"'
  stack = await startStack(
    {
      MICROPUSH_SANDBOX: 'runc',
      MICROPUSH_IDLE_SECONDS: '0.3',
      MICROPUSH_CELLS: '0',
      MICROPUSH_MEMORY_RESERVE: `${RESERVE_KB / 1024}MB`,
    },
    folder,
    ['unshare', '--mount', '--propagation', 'unchanged', 'sh', '-c', covers, meminfo],
  )
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  // Lazily: mount namespaces of others that were made meanwhile hold a copy of it for a moment.
  await run('umount', ['--lazy', folder])
  await rm(folder, { recursive: true, force: true })
})

/** What the machine's memory is said to be: so much less than the reserve is free. */
async function tell({ lackingKb }: { readonly lackingKb: number }): Promise<void> {
  const lines = [`MemTotal: ${64 * RESERVE_KB} kB`, `MemAvailable: ${RESERVE_KB - lackingKb} kB`]
  await writeFile(meminfo, `${lines.join('\n')}\n`)
}

const temperature = async (id: string): Promise<Temperature> => (await stateOf(stack, id)).temperature

it('while memory is short, one owner with many frozen micros gives them up before somebody else loses the only one', async () => {
  const ids: string[] = []
  for (const fullName of ['ada/only', 'bob/first', 'bob/second', 'bob/third']) {
    const host = await deploy(stack, { fullName, files: micro })
    const id = (await stack.ask(host)).body
    ids.push(id)
    await expect.poll(() => temperature(id), SOON).toBe('frozen')
  }
  const [only = '', ...many] = ids
  const starter = await deploy(stack, { fullName: 'cyd/starter', files: brief })
  await expect.poll(async () => (await stack.leftovers()).containers.length, SOON).toBe(4)
  // Little enough for one of them, and Ada's was used longest ago.
  await tell({ lackingKb: 1 })
  expect((await stack.ask(starter)).status).toBe(200)
  const all = () => Promise.all([only, ...many].map(temperature))
  await expect.poll(all, SOON).toEqual(['frozen', 'cold', 'frozen', 'frozen'])
  await expect.poll(async () => (await stack.leftovers()).containers.length, SOON).toBe(3)
  expect((await stack.ask(starter)).status).toBe(200)
  await expect.poll(all, SOON).toEqual(['frozen', 'cold', 'cold', 'frozen'])
})
