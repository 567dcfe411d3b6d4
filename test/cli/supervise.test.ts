import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { supervise, type Supervised } from '../../cli/supervise.ts'

let dir: string
let words: string[]
let running: Supervised[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-supervise-'))
  words = []
  running = []
})
afterEach(async () => {
  for (const one of running) await one.stop()
  await rm(dir, { recursive: true, force: true })
})

function run(command: readonly [string, ...string[]], logDir = dir): Supervised {
  const one = supervise({ name: 'part', command, env: { GREETING: 'hi' }, logDir }, (said) => words.push(said))
  running.push(one)
  return one
}
const log = () => readFile(join(dir, 'part.log'), 'utf8').catch(() => '')

it('what a process prints goes to its log, and its environment is its own', async () => {
  run(['sh', '-c', 'echo $GREETING; echo bad >&2; sleep 60'])
  await expect.poll(log).toMatch(/hi\nbad\n|bad\nhi\n/)
})

it('a process that ends by itself is started again, and it is said how it ended and where its log is', async () => {
  run(['sh', '-c', 'echo begun; exit 3'])
  await expect.poll(log, { timeout: 5000 }).toMatch(/begun\nbegun\n/)
  expect(words[0]).toBe(`part ended (exit code 3) and is started again in 1 s; its log: ${join(dir, 'part.log')}`)
})

it('a process that is stopped gets its time to end, and is not started again', async () => {
  const one = run(['sh', '-c', 'trap "echo ended; exit 0" TERM; echo begun; while :; do sleep 0.05; done'])
  await expect.poll(log).toBe('begun\n')
  await one.stop()
  await expect.poll(log).toBe('begun\nended\n')
  expect(words).toEqual([])
})

it('a process that waits for its restart is not started once it was stopped', async () => {
  const one = run(['sh', '-c', 'echo begun; exit 1'])
  await expect.poll(() => words.length).toBe(1)
  await one.stop()
  await new Promise((resolve) => setTimeout(resolve, 1300))
  expect(await log()).toBe('begun\n')
})

it('a program that is not there is said, and stopping it ends at once', async () => {
  const one = run(['/no/such/program'])
  await expect.poll(() => words[0]).toMatch(/part could not be started: .*ENOENT/)
  await one.stop()
})

it('a log that cannot be written takes nothing else along', async () => {
  await mkdir(join(dir, 'part.log'))
  run(['sh', '-c', `head -c 300000 /dev/zero; echo through > ${join(dir, 'done')}; sleep 60`])
  await expect.poll(() => words[0]).toMatch(/the log of part cannot be written/)
  await expect.poll(() => readFile(join(dir, 'done'), 'utf8').catch(() => '')).toBe('through\n')
})

it('Ctrl-C in a terminal ends supervised processes by their supervisor alone, in its order', async () => {
  const fixture = new URL('fixtures/supervised.ts', import.meta.url).pathname
  const supervisor = spawn(process.execPath, [fixture], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const closed = once(supervisor, 'close')
  const said: string[] = []
  for await (const line of createInterface({ input: supervisor.stdout })) {
    said.push(line)
    // A terminal sends the signal to the whole process group.
    if (line === 'child runs') process.kill(-(supervisor.pid ?? 0), 'SIGINT')
  }
  await closed
  expect(said).toEqual(['child runs', 'child was stopped'])
})
