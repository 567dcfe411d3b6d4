import type { IncomingMessage, ServerResponse } from 'node:http'
import { download } from '../api/tarball.ts'
import { routes } from '../api/routes.ts'
import { authorOf, identify, type Caller } from '../auth/caller.ts'
import { delay } from '../faults/faults.ts'
import { crafted, cut, misbehave, tooMany } from '../faults/misbehave.ts'
import type { Forge } from '../forge.ts'
import { admit } from './admit.ts'
import { refusal, send, type Answer } from './answer.ts'
import { readJson } from './body.ts'
import { movedAnswer } from './moved.ts'
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
  // Only the App is misled: people, who give the orders and look what comes of them, can rely on the forge.
  const fault = caller.kind === 'person' ? undefined : forge.faults.takeRequest({ method, path })
  const counted = { caller, method, path, nowMs: forge.clock() }
  const limited = forge.rates.admit(counted)
  try {
    await delay(fault?.delayMs ?? 0)
    if (fault?.hangUp === 'before') {
      response.destroy()
      return
    }
    const answer = await answerOrRefuse(async () => {
      if (limited !== undefined) return tooMany(limited)
      if (fault?.status !== undefined) return misbehave(fault, forge.clock())
      if (path.startsWith('/_codeload/') && method === 'GET') return crafted(fault) ?? download(forge, url)
      return handle(forge, { ...exchange, method, path, caller })
    })
    if (fault?.hangUp === 'after') {
      answer.stream?.destroy()
      response.destroy()
    } else {
      const headers = {
        'x-github-api-version-selected': '2022-11-28',
        'x-github-enterprise-version': '3.19.0',
        'x-github-media-type': 'github.v3; format=json',
        ...forge.rates.headers(caller, forge.clock()),
        ...answer.headers,
      }
      await send(request, response, cut({ ...answer, headers }, fault))
    }
  } finally {
    if (limited === undefined) forge.rates.settle(counted, response.statusCode)
  }
}

async function handle(
  forge: Forge,
  { request, url, method, path, caller }: Exchange & { method: string; path: string; caller: Caller },
): Promise<Answer> {
  for (const { method: served, pattern, audience, handle: act } of routes) {
    const params = served === method ? matchPath(pattern, path) : undefined
    if (params === undefined) continue
    const moved = movedAnswer(forge, { method, path, search: url.search })
    if (moved !== undefined) return moved
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
