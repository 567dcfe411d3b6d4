import type { IncomingMessage, ServerResponse } from 'node:http'
import { serveGit } from '../git/backend.ts'
import { ensureBareRepository } from '../git/create.ts'
import type { Forge } from '../forge.ts'
import { PERSON } from '../state/accounts.ts'
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
  const repositoryId =
    asked === 'git-receive-pack'
      ? reserveRepository(forge.database, { owner, name }, forge.clock())
      : findRepository(forge.database, owner, name)?.id
  if (repositoryId === undefined) {
    refuse(response, 404, `Repository ${owner}/${name} not found. It comes into being with its first push.`)
    return
  }
  if (asked === 'git-receive-pack') await ensureBareRepository(forge.git, repositoryId)
  const env = { MICROPUSH_FORGE_REPOSITORY: String(repositoryId) }
  const call = { repositoryId, service, query: url.search.slice(1), user: PERSON, env }
  await serveGit(forge.git, call, { request, response })
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${words}\n`)
}
