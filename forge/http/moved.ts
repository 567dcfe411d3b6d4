import type { Forge } from '../forge.ts'
import { formerlyNamed } from '../state/repository-changes.ts'
import { findRepository } from '../state/repositories.ts'
import type { Answer } from './answer.ts'

interface Asked {
  readonly method: string
  readonly path: string
  readonly search: string
}

/**
 * The answer for a repository that was renamed or transferred: where it is now, by its number. Undefined for all others.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
 */
export function movedAnswer({ database, urls }: Forge, { method, path, search }: Asked): Answer | undefined {
  const [, owner, name, rest = ''] = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/.exec(path) ?? []
  if (owner === undefined || name === undefined || findRepository(database, owner, name) !== undefined) return undefined
  const moved = formerlyNamed(database, owner, name)
  if (moved === undefined) return undefined
  const location = `${urls.api}/repositories/${moved.id}${rest}${search}`
  return {
    // Only 307 makes a client send its body again.
    status: method === 'GET' ? 301 : 307,
    headers: { location },
    json: { message: 'Moved Permanently', url: location, documentation_url: 'https://docs.github.com/rest' },
  }
}
