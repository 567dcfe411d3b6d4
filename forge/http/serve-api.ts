import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable, Transform } from 'node:stream'
import { download } from '../api/tarball.ts'
import { routes } from '../api/routes.ts'
import { authorOf, identify, type Caller } from '../auth/caller.ts'
import { delay, type RequestFault } from '../faults/faults.ts'
import type { Forge } from '../forge.ts'
import { admit } from './admit.ts'
import { refusal, send, type Answer } from './answer.ts'
import { readJson } from './body.ts'
import { notFound, Refusal } from './refusal.ts'
import { matchPath, type RepositoryCall } from './route.ts'

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
}

/** Answers `/api/v3/…` and `/_codeload/…`: misbehaves if ordered to, admits the caller, finds the route, handles. */
export async function serveApi(forge: Forge, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')
  const path = url.pathname.replace(/^\/api\/v3(?=\/|$)/, '') || '/'
  const caller = identify(request.headers.authorization, { ...forge, nowMs: forge.clock() })
  const fault = path === '/_faults' ? undefined : forge.faults.takeRequest({ method, path })
  await delay(fault?.delayMs ?? 0)

  const answer = await answerOrRefuse(async () => {
    if (fault?.status !== undefined) return misbehave(fault)
    if (path.startsWith('/_codeload/') && method === 'GET') return crafted(fault) ?? download(forge, url)
    return handle(forge, { ...exchange, method, path, caller })
  })
  const headers = {
    'x-github-api-version-selected': '2022-11-28',
    'x-github-enterprise-version': '3.19.0',
    'x-github-media-type': 'github.v3; format=json',
    ...forge.rates.count(caller, forge.clock()),
    ...answer.headers,
  }
  await send(request, response, cut({ ...answer, headers }, fault))
}

async function handle(
  forge: Forge,
  { request, url, method, path, caller }: Exchange & { method: string; path: string; caller: Caller },
): Promise<Answer> {
  for (const { method: served, pattern, audience, handle: act } of routes) {
    const params = served === method ? matchPath(pattern, path) : undefined
    if (params === undefined) continue
    const repository = admit(forge.database, audience, { method, params, caller })
    const call = {
      forge,
      request,
      url,
      query: url.searchParams,
      params,
      caller,
      body: method === 'GET' ? undefined : await readJson(request),
      author: authorOf(caller, forge.database, forge.app),
      ...(repository === undefined ? {} : { repository, folder: forge.git.folder(repository.id) }),
    }
    // Only repository routes read the repository, and those have one by now.
    return act(call as RepositoryCall)
  }
  throw notFound()
}

async function answerOrRefuse(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal) return refusal(error)
    throw error
  }
}

function misbehave({ status = 500, retryAfter }: RequestFault): Answer {
  const limited = status === 403 || status === 429
  const message = limited ? 'You have exceeded a secondary rate limit. Please wait a few minutes.' : 'Ordered to fail'
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  return { ...refusal(new Refusal(status, status === 404 ? 'Not Found' : message)), headers }
}

/** A download whose bytes were ordered. */
function crafted(fault: RequestFault | undefined): Answer | undefined {
  if (fault?.body === undefined) return undefined
  const headers = { 'content-type': 'application/x-gzip' }
  return { status: 200, headers, stream: Readable.from([Buffer.from(fault.body, 'base64')]) }
}

/** Ends a download in the middle, by breaking the connection, when a fault says so. */
function cut(answer: Answer, fault: RequestFault | undefined): Answer {
  const limit = fault?.cutAfterBytes
  if (limit === undefined || answer.stream === undefined) return answer
  let bytes = 0
  const cutter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const rest = limit - bytes
      bytes += chunk.length
      if (chunk.length <= rest) return done(null, chunk)
      this.push(chunk.subarray(0, Math.max(0, rest)))
      setImmediate(() => done(new Error('cut as ordered')))
    },
  })
  answer.stream.on('error', (error) => cutter.destroy(error))
  return { ...answer, stream: answer.stream.pipe(cutter) }
}
