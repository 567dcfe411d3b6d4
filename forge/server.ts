import { mkdir } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { MicropushError } from '../contract/errors.ts'
import { readAppGrant } from './auth/app-grant.ts'
import { openApp } from './auth/credentials.ts'
import { createFaults } from './faults/faults.ts'
import { defaultWaits, type Forge, type ForgeOptions } from './forge.ts'
import { installHook } from './git/create.ts'
import { openGit } from './git/git.ts'
import { refusal, send } from './http/answer.ts'
import { createRates } from './http/rate.ts'
import { Refusal } from './http/refusal.ts'
import { serveApi } from './http/serve-api.ts'
import { isGitPath, serveGitPath } from './http/serve-git.ts'
import { createCodes } from './manifest/codes.ts'
import { isPagePath, servePages } from './manifest/serve-pages.ts'
import { catchUp } from './push/announce.ts'
import { listenForHooks } from './push/hook-server.ts'
import { createStatusFeed } from './push/status-feed.ts'
import { createUrls } from './shapes/urls.ts'
import { ensureAccount, PERSON } from './state/accounts.ts'
import { openDatabase } from './state/database.ts'
import { forgetOldDeliveries } from './state/deliveries.ts'
import { forgetExpired } from './state/tokens.ts'
import { createDeliveries } from './webhooks/deliveries.ts'

const CLOSE_MS = 3000
const TIDY_MS = 3_600_000

export interface RunningForge {
  readonly port: number
  /** Where the API is, for a client's `baseUrl`. */
  readonly apiUrl: string
  /** Ends open pushes with a word, waits for what is being sent, and closes. */
  close(): Promise<void>
}

/**
 * Starts the stand-in for GitHub, on loopback only. What was pushed and not told before the last end is told now.
 *
 * @throws MicropushError `setup-incomplete` when the port is taken, or files of the App are damaged.
 */
export async function startForge(options: ForgeOptions): Promise<RunningForge> {
  const wired = Promise.withResolvers<Forge>()
  // The port must be known before anything can be wired; a request that comes meanwhile waits.
  wired.promise.catch(() => undefined)
  const server = createServer((request, response) => {
    wired.promise
      .then((forge) => serve(forge, request, response))
      .catch((error: unknown) => fail(options, { error, request, response }))
  })
  // A large push may take long; each of its steps has a limit of its own.
  server.requestTimeout = 15 * 60_000
  // Longer than clients keep a connection, so that none is closed under a request that is just being sent.
  server.keepAliveTimeout = 75_000
  await listen(server, options.port)
  const { port } = server.address() as AddressInfo
  const stopping = new AbortController()
  try {
    const forge = await wire(options, port, stopping.signal)
    const hooks = await listenForHooks(forge, hookSocket(options.dataDir))
    tidy(forge)
    await catchUp(forge)
    wired.resolve(forge)
    forge.deliveries.resume()
    const tidying = setInterval(() => tidy(forge), TIDY_MS)
    return {
      port,
      apiUrl: forge.urls.api,
      async close() {
        stopping.abort()
        clearInterval(tidying)
        await Promise.all([end(hooks), end(server)])
        await forge.deliveries.close()
        forge.database.close()
      },
    }
  } catch (error) {
    wired.reject(error)
    server.close()
    server.closeAllConnections()
    throw error
  }
}

async function wire(options: ForgeOptions, port: number, stopping: AbortSignal): Promise<Forge> {
  const { dataDir, searchPath, webhookUrl, clock = Date.now } = options
  const home = join(dataDir, 'forge')
  const root = join(home, 'repositories')
  const app = await openApp(dataDir)
  await mkdir(root, { recursive: true, mode: 0o700 })
  await installHook(join(home, 'hooks'), hookSocket(dataDir))
  const grant = app.grant ?? (await readAppGrant(options.manifest ?? new URL('../app.yml', import.meta.url)))
  const database = openDatabase(join(home, 'forge.db'))
  // The first account: its id stays the same in every data folder.
  ensureAccount(database, PERSON)
  const waits = { ...defaultWaits, ...options.waits }
  const { webhookSecret: secret, appId } = app
  const hook = { url: app.webhookUrl ?? webhookUrl, secret, appId, limitMs: waits.deliveryMs, clock, stopping }
  const faults = createFaults()
  return {
    dataDir,
    app,
    grant,
    database,
    git: openGit({ root, hooks: join(home, 'hooks'), searchPath }),
    urls: createUrls(port),
    feed: createStatusFeed(),
    faults,
    rates: createRates(),
    hook,
    deliveries: createDeliveries({ database, faults, hook, grant }),
    codes: createCodes(clock),
    waits,
    clock,
    log: options.log ?? (() => {}),
    stopping,
  }
}

function tidy({ database, clock }: Forge): void {
  forgetExpired(database, clock())
  forgetOldDeliveries(database, clock())
}

async function serve(forge: Forge, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A page in a browser must not reach the forge through a host name that it pointed at loopback.
  if (!/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '')) {
    await send(request, response, refusal(new Refusal(421, 'The forge is 127.0.0.1 or localhost, and nothing else.')))
    return
  }
  if (/%00/.test(request.url ?? '') || !URL.canParse(request.url ?? '/', forge.urls.origin)) {
    await send(request, response, refusal(new Refusal(400, 'The address cannot be read.')))
    return
  }
  const url = new URL(request.url ?? '/', forge.urls.origin)
  if (isGitPath(url)) await serveGitPath(forge, { request, response, url })
  else if (/^\/(?:api\/v3(?:\/|$)|_codeload\/)/.test(url.pathname)) await serveApi(forge, { request, response, url })
  else if (isPagePath(url)) await servePages(forge, { request, response, url })
  else if (url.pathname === '/healthz') await send(request, response, { status: 200, json: { status: 'ok' } })
  else await send(request, response, refusal(new Refusal(404, 'Not Found')))
}

interface Failure {
  readonly error: unknown
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function fail({ log }: ForgeOptions, { error, request, response }: Failure): Promise<void> {
  // Whoever hung up does not wait for an answer, and it is no fault of ours.
  if (request.socket.destroyed) return
  log?.('a request failed', { method: request.method, path: request.url?.split('?')[0], error: String(error) })
  if (response.headersSent) response.destroy()
  else await send(request, response, refusal(new Refusal(500, 'Server Error')))
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new MicropushError(
      'setup-incomplete',
      `The forge cannot listen on port ${port} of 127.0.0.1. Free it, or choose another with MICROPUSH_FORGE_PORT.`,
      { cause: error },
    )
  }
}

/** Lets open requests finish for a while, then cuts them. */
async function end(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
  await closed
  clearTimeout(timer)
}

function hookSocket(dataDir: string): string {
  return join(dataDir, 'forge', 'hook.sock')
}
