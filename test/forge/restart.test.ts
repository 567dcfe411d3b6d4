import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readAppCredentials } from '../../forge/auth/credentials.ts'
import {
  commit,
  forgeIn,
  git,
  gitEnvironment,
  listenAsBot,
  removeFolder,
  temporaryFolder,
  withToken,
  workTree,
} from './support.ts'

const waits = { firstStatusMs: 1, quietMs: 1 }

let home: string
let bot: Awaited<ReturnType<typeof listenAsBot>>
let status: number

beforeEach(async () => {
  status = 200
  home = await temporaryFolder()
  bot = await listenAsBot(() => status)
})
afterEach(async () => {
  await bot.close()
  await removeFolder(home)
})

/** The forge as a process of its own. */
async function spawnForge(): Promise<{ child: ChildProcessByStdio<null, null, Readable>; port: number }> {
  const main = fileURLToPath(new URL('../../forge/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      MICROPUSH_DATA: home,
      MICROPUSH_FORGE_PORT: '0',
      MICROPUSH_BOT_PORT: String(bot.port),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  for await (const line of createInterface(child.stderr)) {
    const { message, port } = JSON.parse(line) as { message: string; port?: number }
    if (message === 'listening' && port !== undefined) {
      child.stderr.resume()
      return { child, port }
    }
    throw new Error(line)
  }
  throw new Error('the forge ended before it listened')
}

test('what was pushed, said and issued is there after a restart', async () => {
  const first = await forgeIn(home, { webhookUrl: bot.url, waits })
  const before = await readAppCredentials(home)
  const tree = await workTree(join(home, 'tree'), `http://127.0.0.1:${first.port}/ada/hello`)
  const sha = await commit(tree, { a: '1' })
  await git(tree, 'push', '--quiet', 'origin', 'main')
  const repo = { owner: 'ada', repo: 'hello' }
  const { data: made } = await withToken(first, 'local').rest.repos.createCommitStatus({
    ...repo,
    sha,
    state: 'success',
  })
  await first.close()

  const second = await forgeIn(home, { webhookUrl: bot.url, waits })
  expect(await readAppCredentials(home)).toEqual(before)
  const { data } = await withToken(second, undefined).rest.repos.listCommitStatusesForRef({ ...repo, ref: 'main' })
  expect(data.map(({ id }) => id)).toEqual([made.id])
  await second.close()
  expect(bot.received).toHaveLength(1)
})

test('a forge that is killed while the App has not answered sends the event when it starts again', async () => {
  status = 0
  const { child, port } = await spawnForge()
  const tree = await workTree(join(home, 'tree'), `http://127.0.0.1:${port}/ada/hello`)
  const sha = await commit(tree, { a: '1' })
  const pushed = spawn('git', ['push', '--quiet', 'origin', 'main'], {
    cwd: tree,
    env: gitEnvironment,
    stdio: 'ignore',
  })
  const ended = once(pushed, 'close')
  await bot.count(1)
  child.kill('SIGKILL')
  await once(child, 'close')
  await ended

  status = 200
  const again = await forgeIn(home, { webhookUrl: bot.url, waits })
  const [first, second] = await bot.count(2)
  expect(second?.payload.after).toBe(sha)
  expect(second?.guid).toBe(first?.guid)
  await again.close()
})

test('a ref that moved while nobody could be told is announced on the next start', async () => {
  const first = await forgeIn(home, { webhookUrl: bot.url, waits })
  const tree = await workTree(join(home, 'tree'), `http://127.0.0.1:${first.port}/ada/hello`)
  await commit(tree, { a: '1' })
  await git(tree, 'push', '--quiet', 'origin', 'main')
  await first.close()
  const sha = await commit(tree, { a: '2' })
  await git(tree, 'push', '--quiet', join(home, 'forge', 'repositories', '1.git'), 'main')
  const second = await forgeIn(home, { webhookUrl: bot.url, waits })
  const deliveries = await bot.count(2)
  expect(deliveries[1]?.payload.after).toBe(sha)
  await second.close()
})

test('Ctrl-C of a push cancels nothing', async () => {
  const forge = await forgeIn(home, { webhookUrl: bot.url, waits: { firstStatusMs: 60_000 } })
  const tree = await workTree(join(home, 'tree'), `http://127.0.0.1:${forge.port}/ada/hello`)
  const sha = await commit(tree, { a: '1' })
  const pushing = spawn('git', ['push', 'origin', 'main'], {
    cwd: tree,
    env: gitEnvironment,
    stdio: 'ignore',
    detached: true,
  })
  await bot.count(1)
  process.kill(-(pushing.pid ?? 0), 'SIGINT')
  await once(pushing, 'close')
  const { data } = await withToken(forge, undefined).rest.repos.getCommit({ owner: 'ada', repo: 'hello', ref: 'main' })
  expect(data.sha).toBe(sha)
  await forge.close()
})

test('SIGTERM ends the process with 0, and a push that is open with a word', async () => {
  const { child, port } = await spawnForge()
  const tree = await workTree(join(home, 'tree'), `http://127.0.0.1:${port}/ada/hello`)
  await commit(tree, { a: '1' })
  const pushed = git(tree, 'push', 'origin', 'main')
  await bot.count(1)
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  expect((await pushed).stderr).toContain('The forge is stopping')
  expect(await ended).toEqual([0, null])
})

test('a second forge on the same port says so', async () => {
  const forge = await forgeIn(home, { webhookUrl: bot.url })
  const other = forgeIn(join(home, 'other'), { webhookUrl: bot.url, port: forge.port })
  await expect(other).rejects.toMatchObject({
    code: 'setup-incomplete',
    message: expect.stringContaining(String(forge.port)) as string,
  })
  await forge.close()
})

test('a push is not followed for ever', async () => {
  const forge = await forgeIn(home, { webhookUrl: bot.url, waits: { firstStatusMs: 60_000, followMs: 50 } })
  const tree = await workTree(join(home, 'tree'), `http://127.0.0.1:${forge.port}/ada/hello`)
  await commit(tree, { a: '1' })
  expect((await git(tree, 'push', 'origin', 'main')).stderr).toContain('It goes on without this terminal')
  await forge.close()
})

test('a data folder with a path too long for a socket is named as the fault', async () => {
  const long = forgeIn(join(home, 'x'.repeat(100)), { webhookUrl: bot.url })
  await expect(long).rejects.toMatchObject({
    code: 'setup-incomplete',
    message: expect.stringContaining('MICROPUSH_DATA') as string,
  })
})

test('a damaged app.json is named as the fault, and never replaced', async () => {
  const first = await forgeIn(home, { webhookUrl: bot.url })
  await first.close()
  await writeFile(join(home, 'forge', 'app.json'), '{')
  await expect(forgeIn(home, { webhookUrl: bot.url })).rejects.toMatchObject({
    message: expect.stringContaining('app.json') as string,
  })
  await expect(readAppCredentials(home)).rejects.toMatchObject({ code: 'setup-incomplete' })
})
