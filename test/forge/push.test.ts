import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readAppCredentials } from '../../forge/auth/credentials.ts'
import type { RunningForge } from '../../forge/server.ts'
import { expectValidWebhook } from '../openapi/validate.ts'
import { commit, forgeIn, git, listenAsBot, removeFolder, temporaryFolder, withToken, workTree } from './support.ts'

const ZEROS = '0'.repeat(40)
const waits = { firstStatusMs: 50, quietMs: 50 }

let home: string
let bot: Awaited<ReturnType<typeof listenAsBot>>
let forge: RunningForge
let tree: string
/** What the bot's stand-in answers, and does before it answers. */
let answer: (sha: string) => number | Promise<number>

beforeEach(async () => {
  answer = () => 200
  home = await temporaryFolder()
  bot = await listenAsBot(({ payload }) => answer(String(payload.after)))
  forge = await forgeIn(home, { webhookUrl: bot.url, waits })
  tree = await workTree(join(home, 'tree'), `http://127.0.0.1:${forge.port}/Ada/hello.git`)
})

afterEach(async () => {
  await forge.close()
  await bot.close()
  await removeFolder(home)
})

test('a first push makes the repository and sends a signed push event in the shape that GitHub describes', async () => {
  const sha = await commit(tree, { 'micro.yml': 'v: 1\n', 'src/index.js': '' }, 'Begin')
  await git(tree, 'push', '--quiet', 'origin', 'main')

  const [delivery] = await bot.count(1)
  if (delivery === undefined) throw new Error('no delivery came')
  expect(delivery.event).toBe('push')
  expect(delivery.guid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(delivery.headers['user-agent']).toMatch(/^GitHub-Hookshot\//)
  const { webhookSecret, appId } = await readAppCredentials(home)
  expect(delivery.headers['x-github-hook-installation-target-id']).toBe(String(appId))
  const signature = createHmac('sha256', webhookSecret).update(delivery.raw).digest('hex')
  expect(delivery.headers['x-hub-signature-256']).toBe(`sha256=${signature}`)

  expectValidWebhook('push', delivery.payload)
  expect(delivery.payload).toMatchObject({
    ref: 'refs/heads/main',
    before: ZEROS,
    after: sha,
    created: true,
    deleted: false,
    forced: false,
    commits: [{ id: sha, message: 'Begin', added: ['micro.yml', 'src/index.js'], removed: [], modified: [] }],
    head_commit: { id: sha, author: { name: 'Ada', email: 'ada@example.org' } },
    repository: { full_name: 'Ada/hello', default_branch: 'main', owner: { login: 'Ada' } },
    pusher: { name: 'local' },
    installation: { id: expect.any(Number) as number },
  })
})

test('the branch of the first push becomes the default branch, whatever its name', async () => {
  await commit(tree, { a: '1' })
  await git(tree, 'push', '--quiet', 'origin', 'main:refs/heads/trunk/next')
  const { data } = await withToken(forge, undefined).rest.repos.get({ owner: 'ada', repo: 'HELLO' })
  expect(data).toMatchObject({ full_name: 'Ada/hello', default_branch: 'trunk/next' })
  await git(home, 'clone', '--quiet', `http://localhost:${forge.port}/ada/hello`, 'copy')
  expect((await git(join(home, 'copy'), 'branch', '--show-current')).stdout.trim()).toBe('trunk/next')
})

test('a forced push, an ordinary one and a deletion are told apart', async () => {
  const first = await commit(tree, { a: '1' })
  await git(tree, 'push', '--quiet', 'origin', 'main', 'main:work')
  const second = await commit(tree, { a: '2', b: '1' })
  await git(tree, 'push', '--quiet', 'origin', 'main')
  await git(tree, 'reset', '--quiet', '--hard', first)
  const third = await commit(tree, { c: '1' })
  await git(tree, 'push', '--quiet', '--force', 'origin', 'main')
  await git(tree, 'push', '--quiet', 'origin', ':work')

  const events = (await bot.count(5)).slice(2).map(({ payload }) => payload)
  for (const event of events) expectValidWebhook('push', event)
  expect(events).toMatchObject([
    { before: first, after: second, forced: false, commits: [{ id: second, added: ['b'], modified: ['a'] }] },
    { before: second, after: third, forced: true, commits: [{ id: third }] },
    {
      ref: 'refs/heads/work',
      before: first,
      after: ZEROS,
      deleted: true,
      created: false,
      commits: [],
      head_commit: null,
    },
  ])
})

test('the person who pushed reads each status until all are final', async () => {
  const person = withToken(forge, 'local')
  const say = async (
    sha: string,
    status: { context: string; state: 'pending' | 'success' | 'failure'; description: string; target_url?: string },
  ) => {
    await person.rest.repos.createCommitStatus({ owner: 'Ada', repo: 'hello', sha, ...status })
  }
  let statuses = Promise.resolve()
  answer = async (sha) => {
    await say(sha, { context: 'micropush/hello', state: 'pending', description: 'Building' })
    await say(sha, { context: 'micropush/other', state: 'pending', description: 'Waiting' })
    statuses = (async () => {
      const live = { description: 'Live in 3.1 s · nodejs24 · 12 MB', target_url: 'http://hello--ada.localhost:8080' }
      await say(sha, { context: 'micropush/hello', state: 'success', ...live })
      await say(sha, {
        context: 'micropush/other',
        state: 'failure',
        description: 'npm \u001b[31mERR\u001b[0m missing',
      })
    })()
    return 202
  }
  await commit(tree, { a: '1' })
  const { stderr } = await git(tree, 'push', 'origin', 'main')
  await statuses
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('remote:'))
    .map((line) => line.trim())
  expect(lines).toEqual([
    'remote: hello: Building',
    'remote: other: Waiting',
    'remote: hello is live at http://hello--ada.localhost:8080 (Live in 3.1 s · nodejs24 · 12 MB)',
    'remote: other failed: npm ERR missing',
  ])
})

test('nothing is said to the person when no status comes', async () => {
  await commit(tree, { a: '1' })
  const { stderr } = await git(tree, 'push', 'origin', 'main')
  expect(stderr).not.toContain('remote:')
})

test('the person reads that the delivery failed and will be sent again', async () => {
  answer = () => 503
  await commit(tree, { a: '1' })
  const { stderr } = await git(tree, 'push', 'origin', 'main')
  expect(stderr).toContain('could not be told of this push (Invalid HTTP Response: 503)')
  expect(stderr).toContain('will be sent again')
})

test('a push of more than three tags sends no event, and up to three send one each', async () => {
  await commit(tree, { a: '1' })
  await git(tree, 'push', '--quiet', 'origin', 'main')
  for (const name of ['a', 'b', 'c', 'd']) await git(tree, 'tag', name)
  await git(tree, 'push', '--quiet', 'origin', 'a', 'b', 'c', 'd')
  await git(tree, 'tag', 'e')
  await git(tree, 'push', '--quiet', 'origin', 'e')
  const refs = (await bot.count(2)).map(({ payload }) => payload.ref)
  expect(refs).toEqual(['refs/heads/main', 'refs/tags/e'])
})

test('names that GitHub would not take make no repository', async () => {
  await commit(tree, { a: '1' })
  for (const path of ['a--b/hello', '-a/hello', 'ada/..%2fx', 'ada/a%20b', '_x/y']) {
    await expect(git(tree, 'push', `http://127.0.0.1:${forge.port}/${path}`, 'main')).rejects.toThrow(
      /not found|404|400/i,
    )
  }
  expect(bot.received).toEqual([])
})

test('a repository that never received a push does not exist', async () => {
  await expect(git(tree, 'push', '--quiet', 'origin', 'missing')).rejects.toThrow()
  const reads = withToken(forge, undefined).rest.repos.get({ owner: 'Ada', repo: 'hello' })
  await expect(reads).rejects.toMatchObject({ status: 404 })
  await expect(git(tree, 'ls-remote', 'origin')).rejects.toThrow(/not found/)
})

test('a page that points a host name of its own at loopback is refused', async () => {
  const outgoing = request({
    port: forge.port,
    host: '127.0.0.1',
    path: '/api/v3/meta',
    headers: { host: 'evil.example' },
  })
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.resume()
  expect(response.statusCode).toBe(421)
})

test('annotated tags, and tags on what is no commit, are pushed like any other', async () => {
  const sha = await commit(tree, { a: '1' })
  await git(tree, 'tag', '--annotate', '--message', 'One', 'v1')
  const blob = (await git(tree, 'rev-parse', 'HEAD:a')).stdout.trim()
  await git(tree, 'tag', 'blob', blob)
  await git(tree, 'push', '--quiet', 'origin', 'main', 'v1', 'blob')
  const events = new Map((await bot.count(3)).map(({ payload }) => [payload.ref, payload]))
  for (const event of events.values()) expectValidWebhook('push', event)
  expect(events.get('refs/tags/v1')).toMatchObject({ created: true, head_commit: { id: sha } })
  expect(events.get('refs/tags/blob')).toMatchObject({ after: blob, commits: [], head_commit: null })
})

test('a compressed body of several megabytes arrives whole', async () => {
  const text = Array.from({ length: 400_000 }, (_, at) => `${at * 7919}`).join('\n')
  const sha = await commit(tree, { 'large.txt': text })
  await git(tree, '-c', 'http.postBuffer=1048576', 'push', '--quiet', 'origin', 'main')
  await git(home, 'clone', '--quiet', `http://127.0.0.1:${forge.port}/ada/hello.git`, 'copy')
  expect((await git(join(home, 'copy'), 'rev-parse', 'HEAD')).stdout.trim()).toBe(sha)
})

test('pushes at the same time each have their event, in one repository and in many', async () => {
  await commit(tree, { a: '1' })
  const names = ['a', 'b', 'c', 'd']
  await Promise.all([
    ...names.map(async (name) => git(tree, 'push', '--quiet', 'origin', `main:refs/heads/${name}`)),
    ...names.map(async (name) => git(tree, 'push', '--quiet', `http://127.0.0.1:${forge.port}/ada/${name}`, 'main')),
  ])
  const events = await bot.count(8)
  const told = events.map(({ payload }) => `${(payload['repository'] as { name: string }).name} ${String(payload.ref)}`)
  expect(told.toSorted()).toEqual(
    [...names.map((name) => `${name} refs/heads/main`), ...names.map((name) => `hello refs/heads/${name}`)].toSorted(),
  )
})

test('who pushes can say a name, which is the sender of everything that follows', async () => {
  await commit(tree, { named: '1' })
  await git(tree, '-c', 'http.extraHeader=Authorization: Bearer local:grace:write', 'push', '--quiet', 'origin', 'main')
  expect(bot.received.at(-1)?.payload).toMatchObject({ pusher: { name: 'grace' }, sender: { login: 'grace' } })
  await commit(tree, { named: '2' })
  await git(
    tree,
    '-c',
    'http.extraHeader=Authorization: Bearer local:renovate[bot]',
    'push',
    '--quiet',
    'origin',
    'main',
  )
  expect(bot.received.at(-1)?.payload).toMatchObject({ sender: { login: 'renovate[bot]', type: 'Bot' } })
})
