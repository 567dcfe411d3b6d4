import { z } from 'zod'
import { newToken } from '../auth/caller.ts'
import { created, ok, type Answer } from '../http/answer.ts'
import { page } from '../http/page.ts'
import { parseBody } from '../http/parse.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { route, type Call, type Route } from '../http/route.ts'
import { appShape, installationShape } from '../shapes/account.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { time } from '../shapes/urls.ts'
import { findAccount } from '../state/accounts.ts'
import {
  covers,
  installationById,
  installationOf,
  listInstallations,
  type Installation,
} from '../state/installations.ts'
import { findRepository, repositoriesOf, type Repository } from '../state/repositories.ts'
import { storeToken } from '../state/tokens.ts'

const HOUR_MS = 3_600_000
const APP = { for: 'app' } as const

const tokenRequest = z.object({
  repositories: z.array(z.string()).max(500).optional(),
  repository_ids: z.array(z.number().int()).max(500).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
})

/** What an App asks about itself: https://docs.github.com/en/rest/apps/apps */
export const appRoutes: readonly Route[] = [
  route('GET /app', APP, ({ forge }) => {
    return ok({ ...appShape(forge), installations_count: listInstallations(forge.database).length })
  }),
  route('GET /app/installations', APP, (call) =>
    page(
      call,
      listInstallations(call.forge.database).map((installation) => installationShape(call.forge, installation)),
    ),
  ),
  route('GET /app/installations/:id', APP, (call) => ok(installationShape(call.forge, installationIn(call)))),
  route('POST /app/installations/:id/access_tokens', APP, (call) => mint(call, installationIn(call))),
  route('GET /repos/:owner/:repo/installation', APP, ({ forge, params }) => {
    const repository = findRepository(forge.database, params['owner'] ?? '', params['repo'] ?? '')
    return installationAnswer(forge, repository?.owner.login, repository)
  }),
  route('GET /users/:login/installation', APP, ({ forge, params }) => installationAnswer(forge, params['login'])),
  route('GET /installation/repositories', { for: 'installation' }, (call) => {
    const { forge, caller } = call
    if (caller.kind !== 'installation') throw notFound()
    const { installation } = caller
    const selected = caller.grant.repositoryIds ?? installation.repositoryIds
    const repositories = repositoriesOf(forge.database, installation.account)
      .filter((repository) => covers(installation, repository) && (selected?.includes(repository.id) ?? true))
      .map((repository) => repositoryShape(forge.urls, repository))
    return page(call, repositories, (part, total) => ({
      total_count: total,
      repository_selection: selected === undefined ? 'all' : 'selected',
      repositories: part,
    }))
  }),
]

function installationIn({ forge, params }: Call): Installation {
  const installation = installationById(forge.database, Number(params['id']))
  if (installation === undefined) throw notFound()
  return installation
}

function installationAnswer(forge: Call['forge'], login: string | undefined, repository?: Repository): Answer {
  const account = login === undefined ? undefined : findAccount(forge.database, login)
  const installation = account === undefined ? undefined : installationOf(forge.database, account)
  if (installation === undefined || (repository !== undefined && !covers(installation, repository))) throw notFound()
  return ok(installationShape(forge, installation))
}

/** https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app */
function mint({ forge, body }: Call, installation: Installation): Answer {
  if (installation.suspendedAtMs !== null) throw new Refusal(403, 'This installation has been suspended')
  const asked = parseBody('InstallationToken', tokenRequest, body)
  const permissions = narrow(installation.permissions ?? forge.grant.permissions, asked.permissions)
  const all = repositoriesOf(forge.database, installation.account)
  const repositories = select(
    all.filter((repository) => covers(installation, repository)),
    asked,
  )
  const token = newToken(forge.app.appId)
  const expiresAtMs = forge.clock() + HOUR_MS
  storeToken(forge.database, token, {
    installationId: installation.id,
    permissions,
    expiresAtMs,
    ...(repositories === undefined ? {} : { repositoryIds: repositories.map(({ id }) => id) }),
  })
  return created({
    token,
    expires_at: time(expiresAtMs),
    permissions,
    repository_selection: (repositories ?? installation.repositoryIds) === undefined ? 'all' : 'selected',
    ...(repositories === undefined
      ? {}
      : { repositories: repositories.map((repository) => repositoryShape(forge.urls, repository)) }),
  })
}

const RANK: Readonly<Record<string, number>> = { read: 1, write: 2, admin: 3 }

function narrow(
  granted: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  if (asked === undefined) return granted
  for (const [name, level] of Object.entries(asked)) {
    if ((RANK[level] ?? 9) > (RANK[granted[name] ?? ''] ?? 0)) {
      throw new Refusal(422, 'The permissions requested are not granted to this installation.')
    }
  }
  return { metadata: 'read', ...asked }
}

/** Undefined: all. */
function select(all: readonly Repository[], asked: z.infer<typeof tokenRequest>): readonly Repository[] | undefined {
  const { repositories: names, repository_ids: ids } = asked
  if (names === undefined && ids === undefined) return undefined
  const found = [
    ...(ids ?? []).map((id) => all.find((repository) => repository.id === id)),
    ...(names ?? []).map((name) => all.find((repository) => repository.name.toLowerCase() === name.toLowerCase())),
  ]
  const known = found.filter((repository) => repository !== undefined)
  if (known.length < found.length || known.length === 0) {
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    )
  }
  return known
}
