import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Deployment } from '../../contract/deployment.ts'
import type { Store } from '../../contract/store/connect.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import type { GitHub } from '../github/client.ts'
import type { Log } from '../log.ts'
import { fetchTarball } from './fetch-tarball.ts'
import { limitBytes } from './limit-bytes.ts'

/** The state `fetching` has 5 minutes; a transfer that takes longer has nobody to go to. */
const TRANSFER_DEADLINE_MS = 4.5 * 60_000
/** A compressed tarball is hardly ever larger than what it holds; this leaves room for files outside the micro's folder. */
const ROOM_FACTOR = 4

export interface SourceDeps {
  readonly store: Store
  readonly github: GitHub
  readonly log: Log
}

/**
 * Answers `GET /source/<deployment id>` with the gzipped tarball of that deployment's commit: 404 for an unknown deployment, 410 when
 * the commit is gone for good, 502 or 503 when it is worth another try. No token is ever in an answer.
 */
export function createSourceServer(deps: SourceDeps): Server {
  const server = createServer((request, response) => {
    void answer(request, response, deps).catch((error: unknown) => {
      deps.log.error({ err: error }, 'source not delivered')
      fail(response, { status: 503, message: 'The source cannot be had at the moment.' })
    })
  })
  server.headersTimeout = 10_000
  return server
}

/** Listens on a unix socket that only our own user can open; one that a killed bot left behind is taken over. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await rm(path, { force: true })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  // The socket is made during this call, so that it is never open to others.
  const former = process.umask(0o177)
  server.listen(path, resolve)
  process.umask(former)
  await promise
  server.off('error', reject)
  await chmod(path, 0o600)
}

async function answer(request: IncomingMessage, response: ServerResponse, deps: SourceDeps): Promise<void> {
  const id = /^\/source\/([^/?]+)$/.exec(request.url ?? '')?.[1]
  if (request.method !== 'GET' || id === undefined) return fail(response, { status: 404, message: 'No such resource.' })
  const deployment = await getDeployment(deps.store, id)
  if (deployment === undefined) return fail(response, { status: 404, message: 'No such deployment.' })
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(TRANSFER_DEADLINE_MS)])
  try {
    await deliver(response, { deployment, signal }, deps)
  } catch (error) {
    if (gone.signal.aborted) return deps.log.info({ deployment: id }, 'the runner went away during a transfer')
    throw error
  }
}

interface Delivery {
  readonly deployment: Deployment
  readonly signal: AbortSignal
}

async function deliver(response: ServerResponse, { deployment, signal }: Delivery, deps: SourceDeps): Promise<void> {
  const tarball = await fetchTarball(deps.github, deployment, signal)
  switch (tarball.kind) {
    case 'gone':
      return fail(response, {
        status: 410,
        message: `Commit ${deployment.sha.slice(0, 7)} is not in ${deployment.owner}/${deployment.repository} any more.`,
      })
    case 'unavailable':
      return fail(response, {
        status: 503,
        message: 'GitHub cannot be reached at the moment.',
        afterMs: tarball.afterMs,
      })
    case 'stream':
      response.writeHead(200, { 'content-type': 'application/gzip' })
      await pipeline(tarball.body, limitBytes(deployment.config.limits.sourceBytes * ROOM_FACTOR), response, { signal })
  }
}

interface Refusal {
  readonly status: number
  readonly message: string
  readonly afterMs?: number | undefined
}

/** A transfer that has begun can only be cut off: the missing end of the chunked body tells the runner. */
function fail(response: ServerResponse, { status, message, afterMs }: Refusal): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  if (afterMs !== undefined) response.setHeader('retry-after', Math.ceil(afterMs / 1000))
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
}
