import type { IncomingMessage, ServerResponse } from 'node:http'
import { serveGit } from '../git/backend.ts'
import { ensureBareRepository } from '../git/create.ts'
import type { Forge } from '../forge.ts'
import { identify } from '../auth/caller.ts'
import { PERSON } from '../state/accounts.ts'
import { formerlyNamed } from '../state/repository-changes.ts'
import { findRepository, reserveRepository, validNames } from '../state/repositories.ts'

const PATH =
  /^\/(?<owner>[^/]+)\/(?<name>[^/]+?)(?:\.git)?(?<service>\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
}

export function isGitPath(url: URL): boolean {
  return PATH.test(url.pathname)
}

/** Answers `git clone`, `fetch` and `push`. A push to a repository that does not exist makes it. */
export async function serveGitPath(forge: Forge, { request, response, url }: Exchange): Promise<void> {
  const { owner = '', name = '', service = '' } = PATH.exec(url.pathname)?.groups ?? {}
  const asked = service === '/info/refs' ? url.searchParams.get('service') : service.slice(1)
  if (asked !== 'git-upload-pack' && asked !== 'git-receive-pack') {
    refuse(response, 403, 'Please use a git client that speaks smart HTTP.')
    return
  }
  if (!validNames(owner, name)) {
    refuse(response, 404, `${owner}/${name} cannot be a repository: GitHub's rules for names apply.`)
    return
  }
  const known = findRepository(forge.database, owner, name)
  const moved = known === undefined ? formerlyNamed(forge.database, owner, name) : undefined
  if (moved !== undefined) {
    // git follows this for its first request, and stays with the new address.
    response.writeHead(301, { location: `${forge.urls.html(moved)}.git${service}${url.search}` }).end()
    return
  }
  if (asked === 'git-receive-pack' && known?.archived === true) {
    refuse(response, 403, 'This repository was archived so it is read-only.')
    return
  }
  const repositoryId =
    asked === 'git-receive-pack' ? reserveRepository(forge.database, { owner, name }, forge.clock()) : known?.id
  if (repositoryId === undefined) {
    refuse(response, 404, `Repository ${owner}/${name} not found. It comes into being with its first push.`)
    return
  }
  if (asked === 'git-receive-pack') await ensureBareRepository(forge.git, repositoryId)
  const pusher = pusherOf(forge, request)
  const env = { MICROPUSH_FORGE_REPOSITORY: String(repositoryId), MICROPUSH_FORGE_PUSHER: pusher }
  const call = { repositoryId, service, query: url.search.slice(1), user: pusher, env }
  await serveGit(forge.git, call, { request, response })
}

/** Who is named by `git -c http.extraHeader='Authorization: Bearer local:<login>' push`; nobody must be. */
function pusherOf({ database, app, clock }: Forge, request: IncomingMessage): string {
  const caller = identify(request.headers.authorization, { database, app, nowMs: clock() })
  return caller.kind === 'person' ? caller.login : PERSON
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${words}\n`)
}
