import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { installWaitingRuntime } from '../../../../setup/gvisor/waiting/install.ts'

const run = promisify(execFile)

let dir: string
let runtime: string
// A copy of Node is part of it.
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-locks-'))
  runtime = await installWaitingRuntime({ path: join(dir, 'bin', 'runsc'), flags: [] }, join(dir, 'lib'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))
beforeEach(async () => {
  for (const name of ['root', 'bin', 'sandbox', 'bundle']) {
    await rm(join(dir, name), { recursive: true, force: true })
    await mkdir(join(dir, name))
  }
  await rm(join(dir, 'called'), { force: true })
  await tool('runsc', `echo gvisor "$@" >>'${dir}/called'`)
  await tool('runc', `echo runc "$@" >>'${dir}/called'`)
  await writeFile(join(dir, 'root', 'c1_sandbox:c1.state'), '')
})

async function tool(name: string, script: string): Promise<void> {
  await writeFile(join(dir, 'bin', name), `#!/bin/sh\n${script}\n`)
  await chmod(join(dir, 'bin', name), 0o755)
}

const env = () => ({ PATH: `${join(dir, 'bin')}:${process.env['PATH']}` })
/** Whom the runtime leaves a signal for a container to. */
const whoEnds = async (): Promise<string | undefined> => {
  await run(runtime, ['--root', join(dir, 'root'), 'kill', 'c1', '15'], { env: env() })
  return (await readFile(join(dir, 'called'), 'utf8')).split(' ')[0]
}

test('a container whose lock is held waits still, and its end is runc’s', async () => {
  const lock = join(dir, 'root', 'c1_sandbox:c1.lock')
  const holder = spawn('sh', ['-c', 'exec flock "$0" sh -c "echo held; read -r line"', lock], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  expect(await whoEnds()).toBe('runc')
  holder.stdin.end()
  await once(holder, 'close')
})

test('a container whose lock is free is gVisor’s to end', async () => {
  expect(await whoEnds()).toBe('gvisor')
})

test.each([
  ['knows no such option', 1],
  ['cannot open the lock', 66],
  ['cannot be run', 126],
])('a flock that %s says nothing of a container: it is gVisor’s to end', async (_what, code) => {
  await tool('flock', `exit ${code}`)
  expect(await whoEnds()).toBe('gvisor')
})

test.each([
  ['begun ahead where the lock can be asked for', undefined, true],
  ['not begun ahead where flock is another one', 'exit 1', false],
])('restores are %s', async (_what, flock, isAhead) => {
  if (flock !== undefined) await tool('flock', flock)
  const config = {
    ociVersion: '1.0.2',
    process: { oomScoreAdj: 0 },
    mounts: [{ destination: '/run/micropush', source: join(dir, 'sandbox', 'box') }],
    linux: { namespaces: [{ type: 'mount' }] },
  }
  await writeFile(join(dir, 'bundle', 'config.json'), JSON.stringify(config))
  const root = ['--root', join(dir, 'root')]
  await run(runtime, [...root, 'create', '--bundle', join(dir, 'bundle'), 'c2'], { env: env() })
  expect((await readdir(join(dir, 'sandbox'))).includes('ahead')).toBe(isAhead)
})
