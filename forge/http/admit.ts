import type { Caller } from '../auth/caller.ts'
import { ensureAccount } from '../state/accounts.ts'
import { permissionOf, reaches, setPermission, type Permission } from '../state/collaborators.ts'
import type { Database } from '../state/database.ts'
import { covers } from '../state/installations.ts'
import { findRepository, repositoryById, type Repository } from '../state/repositories.ts'
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
  if (caller.kind === 'installation' && caller.installation.suspendedAtMs !== null) {
    throw new Refusal(403, 'This installation has been suspended')
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
      break
    case 'person':
      admitPerson(database, repository, { caller, needed: neededBy(audience, writes) })
      if (writes && audience.for === 'app-on-repository') {
        throw new Refusal(403, 'You must authenticate via a GitHub App.')
      }
      break
    case 'anonymous':
      if (repository.private) throw notFound()
      if (writes) throw new Refusal(401, 'Requires authentication')
      break
    case 'app':
    case 'refused':
      throw new Refusal(401, 'Bad credentials')
  }
  // Settings stay open: that is how a repository comes out of the archive, or is deleted.
  const settings = audience.needs.some(([permission]) => permission === 'administration')
  if (writes && repository.archived && !settings) throw new Refusal(403, 'Repository was archived so is read-only.')
  return repository
}

function admitToken(repository: Repository, needs: Needs, caller: Caller & { readonly kind: 'installation' }): void {
  const { grant, installation } = caller
  const selected = grant.repositoryIds?.includes(repository.id) ?? true
  if (!covers(installation, repository) || !selected) throw notFound()
  const granted = needs.some(([permission, level]) => {
    const has = grant.permissions[permission]
    return has === 'write' || has === 'admin' || (has === 'read' && level === 'read')
  })
  if (!granted) throw new Refusal(403, 'Resource not accessible by integration')
}

function admitPerson(
  database: Database,
  repository: Repository,
  { caller, needed }: { readonly caller: Caller & { readonly kind: 'person' }; readonly needed: Permission },
): void {
  const account = ensureAccount(database, caller.login)
  if (caller.permission !== undefined) {
    setPermission(database, { repositoryId: repository.id, accountId: account.id }, caller.permission)
  }
  const has = permissionOf(database, repository, account)
  if (!reaches(has, 'read')) throw notFound()
  if (!reaches(has, needed)) throw new Refusal(403, `Must have ${needed} rights to Repository.`)
}

/** Who reads may also open pull requests and comment; settings are the administrators'. */
function neededBy({ needs }: { readonly needs: Needs }, writes: boolean): Permission {
  if (!writes) return 'read'
  const names = needs.map(([permission]) => permission)
  if (names.includes('administration')) return 'admin'
  return names.some((name) => ['pull_requests', 'issues', 'metadata'].includes(name)) ? 'read' : 'write'
}
