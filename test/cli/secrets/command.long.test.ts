import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { micropush } from '../../journey/support/command.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'

const run = promisify(execFile)
let redis: TestRedis
let dataDir: string
let env: Record<string, string>
beforeAll(async () => {
  redis = await startTestRedis()
  dataDir = await mkdtemp(join(tmpdir(), 'mp-secrets-'))
  env = { MICROPUSH_DATA: dataDir, MICROPUSH_REDIS: redis.socket, MICROPUSH_REDIS_PREFIX: 'test' }
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

const command = (args: readonly string[], input = '') => micropush(env, args, input)

it('names and dates are listed, values never', async () => {
  expect(await command(['secrets', 'set', 'ada/shop', 'TOKEN'], 'hunter2\n')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^Set TOKEN for ada\/shop, production\.\nNobody has pushed to ada\/shop yet/,
    ) as string,
  })
  await command(['secrets', 'set', 'ada/shop/web', 'TOKEN', '--preview'], 'hunter2')
  const { stdout } = await command(['secrets', 'list', 'ADA/shop'])
  expect(stdout).toMatch(/^TOKEN {2}production {2}all micros {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/m)
  expect(stdout).toMatch(/^TOKEN {2}preview {5}web/m)
  expect(stdout).not.toContain('hunter2')
})

it('a file is taken over whole or not at all; --replace removes what it does not have', async () => {
  const file = join(dataDir, 'env')
  await writeFile(file, 'A=1\nB="2"\nPORT=3000\n')
  expect((await command(['secrets', 'import', 'ada/files', file])).stdout).toMatch(
    /Set 2 .*: A, B\.\nLeft out.*: PORT\./,
  )
  await writeFile(file, 'A=3\nbroken\n')
  expect(await command(['secrets', 'import', 'ada/files', file])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/line 2 is not of the form.*Nothing was changed/) as string,
  })
  await writeFile(file, 'C=3\n')
  await command(['secrets', 'import', 'ada/files', file])
  expect((await command(['secrets', 'list', 'ada/files'])).stdout).toMatch(/A .*\nB .*\nC /)
  expect((await command(['secrets', 'import', 'ada/files', file, '--replace'])).stdout).toMatch(/Removed 2: A, B\./)
  expect((await command(['secrets', 'list', 'ada/files'])).stdout).not.toMatch(/^[AB] /m)
  expect(await command(['secrets', 'import', 'ada/files', '/nowhere'])).toMatchObject({ code: 1 })
})

it('what cannot be set is refused by name: exit code 2 for how it was asked, 1 for what it is', async () => {
  expect(await command(['secrets'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^usage: /) as string })
  const value = await command(['secrets', 'set', 'ada/shop', 'TOKEN', 'hunter2'])
  expect(value).toMatchObject({ code: 2, stderr: expect.stringMatching(/never taken from the command line/) as string })
  const pair = await command(['secrets', 'set', 'ada/shop', 'TOKEN=hunter2'])
  expect(pair.code).toBe(2)
  expect(`${value.stderr}${pair.stderr}`).not.toContain('hunter2')
  expect((await command(['secrets', 'set', 'ada/shop', 'MICRO_KEY'])).stderr).toMatch(/"MICRO_KEY" is set by micropush/)
  expect(await command(['secrets', 'set', 'shop', 'TOKEN'])).toMatchObject({ code: 2 })
  expect(await command(['secrets', 'set', 'ada/shop', 'TOKEN'], '\n')).toMatchObject({ code: 1 })
  expect(await command(['secrets', 'set', 'ada/shop', 'TOKEN'], 'x'.repeat(70_000))).toMatchObject({ code: 1 })
  expect(await command(['secrets', 'remove', 'ada/shop', 'NONE'])).toMatchObject({
    code: 1,
    stderr: 'micropush: NONE is not set for ada/shop, production.\n',
  })
  const most = Array.from({ length: 257 }, (_, at) => `N${at}=x`).join('\n')
  expect((await command(['secrets', 'import', 'ada/many', '-'], most)).stderr).toMatch(/257 secrets, 256 are the most/)
}, 60_000)

it('a terminal is asked without showing what is typed', async () => {
  const script = `
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
shown = b''
while b'not shown' not in shown:
    shown += os.read(terminal, 4096)
time.sleep(0.2)
os.write(terminal, b'hunter2\\r')
try:
    while True:
        piece = os.read(terminal, 4096)
        if not piece: break
        shown += piece
except OSError:
    pass
_, status = os.waitpid(pid, 0)
print(shown.decode(), os.waitstatus_to_exitcode(status))
`
  const main = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts')
  const asked = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    main,
    'secrets',
    'set',
    'ada/typed',
    'TOKEN',
  ]
  const { stdout } = await run('python3', ['-c', script, ...asked], { env: { ...process.env, ...env } })
  expect(stdout).toMatch(/Set TOKEN for ada\/typed, production\.[\s\S]* 0\n$/)
  expect(stdout).not.toContain('hunter2')
})

it('without Redis a command says so, and what to start', async () => {
  const nowhere = { ...env, MICROPUSH_REDIS: join(dataDir, 'no.sock') }
  for (const args of [
    ['secrets', 'list', 'ada/shop'],
    ['grant', 'ada/shop'],
    ['restart', 'ada/shop'],
  ])
    expect(await micropush(nowhere, args)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Redis does not answer at .*no\.sock\. Start micropush first/) as string,
    })
})

it('with the master key lost nothing is set, until it is put back or everything is forgotten', async () => {
  await rm(join(dataDir, 'keys', 'master.key'))
  const refused = await command(['secrets', 'set', 'ada/shop', 'TOKEN'], 'x')
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is missing.*backup.*secrets reset/) as string,
  })
  expect(await command(['secrets', 'reset'])).toMatchObject({ code: 2 })
  expect(await command(['secrets', 'reset', '--yes'])).toMatchObject({ code: 0 })
  expect((await command(['secrets', 'list', 'ada/shop'])).stdout).toBe('No secrets are set for ada/shop.\n')
  expect(await command(['secrets', 'set', 'ada/shop', 'TOKEN'], 'x')).toMatchObject({ code: 0 })
})
