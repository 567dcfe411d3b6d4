import { z } from 'zod'
import { changeSelection } from '../../life/installation.ts'
import { created, ok, type Answer } from '../../http/answer.ts'
import { parseBody } from '../../http/parse.ts'
import { invalid, notFound } from '../../http/refusal.ts'
import { route, type Call, type Route } from '../../http/route.ts'
import { installationShape } from '../../shapes/account.ts'
import { ensureAccount, findAccount } from '../../state/accounts.ts'
import {
  agreeTo,
  covers,
  install,
  installationById,
  installationOf,
  suspend,
  uninstall,
  type Installation,
} from '../../state/installations.ts'
import { repositoriesOf, type Repository } from '../../state/repositories.ts'
import { repositoryNames, tellInstallation } from '../../webhooks/tell.ts'

const PERSON = { for: 'person' } as const

/** Absent: all repositories, also later ones. */
const names = z.array(z.string()).optional()
const newInstallation = z.object({ account: z.string().min(1), repositories: names })
const selection = z.object({ repositories: names })
const rights = z.object({ permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])) })

/** What the owner of an account does on GitHub's page of an installation, which has no API of its own there. */
export const installationRoutes: readonly Route[] = [
  route('POST /_installations', PERSON, add),
  route('DELETE /_installations/:account', PERSON, (call) => {
    const installation = installationIn(call)
    const repositories = reached(call, installation)
    uninstall(call.forge.database, installation)
    say(call, installation, { action: 'deleted', repositories })
    return { status: 204 }
  }),
  route('PUT /_installations/:account/suspended', PERSON, (call) => {
    suspend(call.forge.database, installationIn(call).id, call.forge.clock())
    say(call, installationIn(call), { action: 'suspend', repositories: [] })
    return { status: 204 }
  }),
  route('DELETE /_installations/:account/suspended', PERSON, (call) => {
    suspend(call.forge.database, installationIn(call).id, null)
    say(call, installationIn(call), { action: 'unsuspend', repositories: [] })
    return { status: 204 }
  }),
  route('PUT /_installations/:account/repositories', PERSON, (call) => {
    const { repositories } = parseBody('Installation', selection, call.body)
    const installation = installationIn(call)
    const ids = repositories === undefined ? undefined : idsOf(call, installation.account.login, repositories)
    changeSelection(call.forge, installation, { repositoryIds: ids, sender: call.author })
    return ok(installationShape(call.forge, installationIn(call)))
  }),
  // Of rights that the App asks for anew, those that the owner has not agreed to yet are missing; nobody is told of that.
  route('PUT /_installations/:account/permissions', PERSON, (call) => {
    const { permissions } = parseBody('Installation', rights, call.body)
    agreeTo(call.forge.database, installationIn(call).id, { metadata: 'read', ...permissions })
    return ok(installationShape(call.forge, installationIn(call)))
  }),
  route('DELETE /_installations/:account/permissions', PERSON, (call) => {
    agreeTo(call.forge.database, installationIn(call).id, undefined)
    say(call, installationIn(call), { action: 'new_permissions_accepted', repositories: [] })
    return ok(installationShape(call.forge, installationIn(call)))
  }),
]

function add(call: Call): Answer {
  const { database, clock } = call.forge
  const given = parseBody('Installation', newInstallation, call.body)
  const account = ensureAccount(database, given.account)
  if (installationOf(database, account) !== undefined) {
    throw invalid({ resource: 'Installation', field: 'account', message: 'The App is installed there.' })
  }
  const ids = given.repositories === undefined ? undefined : idsOf(call, account.login, given.repositories)
  const installation = install(database, account, { nowMs: clock(), repositoryIds: ids })
  say(call, installation, { action: 'created', repositories: reached(call, installation) })
  return created(installationShape(call.forge, installation))
}

function say(
  { forge, author }: Call,
  installation: Installation,
  { action, repositories }: { readonly action: string; readonly repositories: readonly Repository[] },
): void {
  const body = { repositories: repositoryNames(repositories), requester: null }
  tellInstallation(forge, installation, { name: 'installation', action, sender: author, body })
}

function installationIn({ forge, params }: Call): Installation {
  const account = findAccount(forge.database, params['account'] ?? '')
  const found = account === undefined ? undefined : installationOf(forge.database, account)
  const installation = found === undefined ? undefined : installationById(forge.database, found.id)
  if (installation === undefined) throw notFound()
  return installation
}

function reached({ forge }: Call, installation: Installation): Repository[] {
  return repositoriesOf(forge.database, installation.account).filter((each) => covers(installation, each))
}

function idsOf({ forge }: Call, login: string, wanted: readonly string[]): number[] {
  const all = repositoriesOf(forge.database, ensureAccount(forge.database, login))
  return wanted.map((name) => {
    const found = all.find((repository) => repository.name.toLowerCase() === name.toLowerCase())
    if (found === undefined) throw invalid({ resource: 'Installation', field: 'repositories', message: `No ${name}.` })
    return found.id
  })
}
