import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { expect } from 'vitest'
import { readAppCredentials } from '../../forge/auth/credentials.ts'
import type { ForgeOptions } from '../../forge/forge.ts'
import { startForge, type RunningForge } from '../../forge/server.ts'
import { expectValidRequest, expectValidResponse, expectValidWebhook, templateOf } from '../openapi/validate.ts'

const run = promisify(execFile)

export interface Received {
  readonly event: string
  readonly guid: string
  readonly headers: IncomingHttpHeaders
  readonly raw: string
  readonly payload: Record<string, unknown> & { readonly ref?: string; readonly after?: string }
}

/** A real HTTP listener in the bot's place. `answer` decides the status of each delivery. */
export async function listenAsBot(answer: (received: Received) => number | Promise<number> = () => 200) {
  const received: Received[] = []
  const suites: Received[] = []
  let wake = () => {}
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const raw = Buffer.concat(chunks).toString('utf8')
      const { headers } = request
      const delivery = {
        event: String(headers['x-github-event']),
        guid: String(headers['x-github-delivery']),
        headers,
        raw,
        payload: JSON.parse(raw) as Received['payload'],
      }
      const list = delivery.event === 'check_suite' ? suites : received
      list.push(delivery)
      wake()
      const status = list === suites ? 200 : await answer(delivery)
      // 0 stands for an App that never answers.
      if (status !== 0) response.writeHead(status).end('taken')
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/api/github/webhooks`,
    port,
    received,
    /** The check suites, which GitHub asks for with every push; they stand in no other list. */
    suites,
    /** Resolves once that many deliveries have come; the test's own time limit is its deadline. */
    async count(wanted: number): Promise<Received[]> {
      while (received.length < wanted) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        await promise
      }
      return received
    },
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Waits for an event with this action, from those that have come and are to come, and holds it against GitHub's description. */
export async function told(
  bot: Awaited<ReturnType<typeof listenAsBot>>,
  name: string,
  matches: Readonly<Record<string, unknown>> = {},
): Promise<Received['payload']> {
  const [event = '', action] = name.split('.')
  const find = () =>
    [...bot.received, ...bot.suites].findLast(
      (each) => each.event === event && (action === undefined || each.payload['action'] === action) && holds(each),
    )
  const holds = ({ payload }: Received) => Object.entries(matches).every(([key, value]) => payload[key] === value)
  await expect.poll(find, { message: `${name} is told`, timeout: 10_000 }).toBeDefined()
  const payload = find()?.payload ?? {}
  expectValidWebhook([event, ...(action === undefined ? [] : [action])].join('-').replaceAll('_', '-'), payload)
  return payload
}

const manifest = new URL('app.test.yml', import.meta.url)

/** An App that may not write checks, so that each push is one delivery. */
export const quietManifest = new URL('quiet.test.yml', import.meta.url)

/** A forge on a free port, with a data folder of its own. */
export async function forgeIn(dataDir: string, options: Partial<ForgeOptions> & Pick<ForgeOptions, 'webhookUrl'>) {
  return startForge({ dataDir, port: 0, searchPath: process.env['PATH'] ?? '', manifest, ...options })
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'forge-'))
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

/** Runs git as a person would, with nothing of this machine's configuration. */
export async function git(cwd: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return run('git', args, { cwd, env: gitEnvironment })
}

export const gitEnvironment = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
}

/** A clone-like folder with its remote set. */
export async function workTree(folder: string, url: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  await git(folder, 'init', '--quiet', '--initial-branch=main')
  await git(folder, 'remote', 'add', 'origin', url)
  return folder
}

/** Writes files, commits them and gives the sha. */
export async function commit(
  folder: string,
  files: Readonly<Record<string, string>>,
  message = 'change',
): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await git(folder, 'add', '--all')
  await git(folder, 'commit', '--quiet', '--allow-empty', '--message', message)
  return (await git(folder, 'rev-parse', 'HEAD')).stdout.trim()
}

/** Octokit as the App; every request and answer is held against GitHub's description. */
async function asApp(dataDir: string, forge: RunningForge): Promise<Octokit> {
  const { appId, privateKeyPath } = await readAppCredentials(dataDir)
  const privateKey = await readFile(privateKeyPath, 'utf8')
  return checked(
    new Octokit({ ...quiet, baseUrl: forge.apiUrl, authStrategy: createAppAuth, auth: { appId, privateKey } }),
  )
}

/** Octokit as an installation of the App. */
export async function asInstallation(dataDir: string, forge: RunningForge, installationId: number): Promise<Octokit> {
  const { appId, privateKeyPath } = await readAppCredentials(dataDir)
  const privateKey = readFileSync(privateKeyPath, 'utf8')
  const auth = { appId, privateKey, installationId }
  return checked(new Octokit({ ...quiet, baseUrl: forge.apiUrl, authStrategy: createAppAuth, auth }))
}

/** Octokit with a plain token: `local` is the person with admin rights. */
export function withToken(forge: RunningForge, token: string | undefined): Octokit {
  return checked(new Octokit({ ...quiet, baseUrl: forge.apiUrl, ...(token === undefined ? {} : { auth: token }) }))
}

const quiet = { log: { debug() {}, info() {}, warn() {}, error() {} } }

function checked(octokit: Octokit): Octokit {
  octokit.hook.wrap('request', async (request, options) => {
    const response = await request(options)
    const pathname = new URL(response.url).pathname.replace('/api/v3', '')
    if (/\/_/.test(pathname) || pathname.startsWith('/repositories/')) return response
    const method = options.method
    const pathTemplate = templateOf(method, decodeURI(pathname))
    const { mediaType } = options as { mediaType?: { format?: string } }
    if (mediaType?.format === undefined) {
      expectValidResponse({ method, pathTemplate, status: response.status }, response.data)
    }
    return response
  })
  octokit.hook.before('request', (options) => {
    if (options.method === 'GET' || options.method === 'DELETE') return
    const { url, body } = octokit.request.endpoint(options)
    const pathname = decodeURI(new URL(url).pathname.replace('/api/v3', ''))
    if (/\/_/.test(pathname) || options.headers['x-unchecked'] !== undefined) return
    expectValidRequest(options.method, templateOf(options.method, pathname), body)
  })
  return octokit
}

/** A forge, a listener in the bot's place and a work tree with a remote; one pushed commit on `main`. */
export async function stage(
  options: Partial<ForgeOptions> & { readonly answer?: (received: Received) => number } = {},
) {
  const { answer, ...rest } = options
  const home = await temporaryFolder()
  const bot = await listenAsBot(answer)
  const waits = { firstStatusMs: 1, quietMs: 1, ...rest.waits }
  const forge = await forgeIn(home, { webhookUrl: bot.url, ...rest, waits })
  const origin = `http://127.0.0.1:${forge.port}`
  const tree = await workTree(join(home, 'tree'), `${origin}/ada/hello.git`)
  const sha = await commit(tree, { 'micro.yml': 'v: 1\n', 'src/app.js': 'one\n' }, 'Begin')
  await git(tree, 'push', '--quiet', 'origin', 'main')
  await bot.count(1)
  return {
    home,
    bot,
    forge,
    origin,
    tree,
    sha,
    repo: { owner: 'ada', repo: 'hello' },
    app: await asApp(home, forge),
    person: withToken(forge, 'local'),
    async end() {
      await forge.close()
      await bot.close()
      await removeFolder(home)
    },
  }
}
