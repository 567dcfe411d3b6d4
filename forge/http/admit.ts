import type { Caller } from '../auth/caller.ts'
import { findRepository, repositoryById, type Repository } from '../state/repositories.ts'
import type { Database } from '../state/database.ts'
import type { Audience, Needs } from './route.ts'
import { notFound, Refusal } from './refusal.ts'

interface Asked {
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly caller: Caller
}

/**
 * Lets a caller in, or says why not, as GitHub does. Towards an installation's token every repository counts as private, so
 * that what works here works with private ones there.
 *
 * @returns the repository of a repository route.
 * @throws Refusal 401, 403 or 404.
 */
export function admit(database: Database, audience: Audience, asked: Asked): Repository | undefined {
  const { caller } = asked
  if (caller.kind === 'refused') {
    throw new Refusal(caller.message === 'Integration not found' ? 404 : 401, caller.message)
  }
  switch (audience.for) {
    case 'everyone':
      return undefined
    case 'app':
      if (caller.kind !== 'app') throw new Refusal(401, 'A JSON web token could not be decoded')
      return undefined
    case 'installation':
      if (caller.kind !== 'installation')
        throw new Refusal(403, 'You must authenticate with an installation access token')
      return undefined
    case 'person':
      if (caller.kind !== 'person')
        throw new Refusal(caller.kind === 'anonymous' ? 401 : 403, 'Requires authentication')
      return undefined
    case 'repository':
    case 'app-on-repository':
      return admitToRepository(database, audience, asked)
  }
}

function admitToRepository(
  database: Database,
  audience: Audience & { readonly needs: Needs },
  { method, params, caller }: Asked,
): Repository {
  const repository =
    params['repository_id'] === undefined
      ? findRepository(database, params['owner'] ?? '', params['repo'] ?? '')
      : repositoryById(database, Number(params['repository_id']))
  if (repository === undefined) throw notFound()
  const writes = method !== 'GET' && method !== 'HEAD'
  switch (caller.kind) {
    case 'installation':
      admitToken(repository, audience.needs, caller)
      return repository
    case 'person':
      if (writes && audience.for === 'app-on-repository') {
        throw new Refusal(403, 'You must authenticate via a GitHub App.')
      }
      return repository
    case 'anonymous':
      if (writes) throw new Refusal(401, 'Requires authentication')
      return repository
    case 'app':
    case 'refused':
      throw new Refusal(401, 'Bad credentials')
  }
}

function admitToken(repository: Repository, needs: Needs, caller: Caller & { readonly kind: 'installation' }): void {
  const { grant, account } = caller
  const selected = grant.repositoryIds?.includes(repository.id) ?? true
  if (repository.owner.id !== account.id || !selected) throw notFound()
  const granted = needs.some(([permission, level]) => {
    const has = grant.permissions[permission]
    return has === 'write' || has === 'admin' || (has === 'read' && level === 'read')
  })
  if (!granted) throw new Refusal(403, 'Resource not accessible by integration')
}
