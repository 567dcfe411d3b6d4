import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Forge } from '../forge.ts'
import { send, type Answer } from '../http/answer.ts'
import { readText } from '../http/body.ts'
import { fullName } from '../shapes/urls.ts'
import { ensureAccount, PERSON } from '../state/accounts.ts'
import { install, installationOf } from '../state/installations.ts'
import { allRepositories, validNames } from '../state/repositories.ts'
import { changeSelection } from '../life/installation.ts'
import { covers } from '../state/installations.ts'
import { repositoryNames, tellInstallation } from '../webhooks/tell.ts'
import { installationPage, registrationPage, wordsPage } from './pages.ts'
import { readManifest, slugOf } from './read-manifest.ts'
import { registerApp } from './register.ts'

const NEW_APP = /^(?:\/organizations\/(?<organization>[^/]+))?\/settings\/apps\/(?<step>new|create)$/
const INSTALLATION = /^\/apps\/(?<slug>[^/]+)(?<rest>\/installations\/new)?$/

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
}

/** Whether it is one of the pages on which people make and install an App. */
export function isPagePath({ pathname }: URL): boolean {
  return NEW_APP.test(pathname) || INSTALLATION.test(pathname)
}

/** Answers them, as far as a browser is led through them. */
export async function servePages(forge: Forge, { request, response, url }: Exchange): Promise<void> {
  const form = new URLSearchParams(request.method === 'POST' ? await readText(request) : '')
  await send(request, response, await answer(forge, { method: request.method ?? 'GET', url, form }))
}

interface Call {
  readonly method: string
  readonly url: URL
  readonly form: URLSearchParams
}

async function answer(forge: Forge, call: Call): Promise<Answer> {
  const { method, url, form } = call
  const { organization, step } = NEW_APP.exec(url.pathname)?.groups ?? {}
  // Any site may post a manifest, as on GitHub; what changes something is pressed on a page of the forge's own.
  const isOurs = form.get('form_key') === forge.codes.formKey
  if (step === 'new') return method === 'POST' ? offer(forge, call) : wordsPage(200, 'Post a manifest here.')
  if (step === 'create') return isOurs ? create(forge, call, organization) : wordsPage(403, 'This form is not ours.')
  const { slug, rest } = INSTALLATION.exec(url.pathname)?.groups ?? {}
  if (slug !== forge.app.slug) return wordsPage(404, 'There is no such App.')
  if (rest === undefined) return wordsPage(200, forge.app.name)
  if (method !== 'POST') return showInstallation(forge)
  return isOurs ? installOn(forge, form) : wordsPage(403, 'This form is not ours.')
}

function offer(forge: Forge, { url, form }: Call): Answer {
  const read = readManifest(form.get('manifest') ?? '')
  if ('fault' in read) return wordsPage(422, read.fault)
  const { manifest } = read
  return registrationPage({
    manifest,
    action: `${url.pathname.slice(0, -'new'.length)}create`,
    state: url.searchParams.get('state') ?? '',
    formKey: forge.codes.formKey,
    fault: faultOfName(forge, manifest.name),
  })
}

async function create(forge: Forge, { url, form }: Call, organization: string | undefined): Promise<Answer> {
  const read = readManifest(form.get('manifest') ?? '')
  if ('fault' in read) return wordsPage(422, read.fault)
  const manifest = { ...read.manifest, name: form.get('name') ?? read.manifest.name }
  const state = form.get('state') ?? ''
  const fault = faultOfName(forge, manifest.name)
  if (fault !== undefined) {
    return registrationPage({ manifest, action: url.pathname, state, formKey: forge.codes.formKey, fault })
  }
  const code = await registerApp(forge, manifest, organization)
  if (manifest.redirect_url === undefined) return wordsPage(200, `The code is ${code}.`)
  const back = new URL(manifest.redirect_url)
  back.searchParams.set('code', code)
  if (state !== '') back.searchParams.set('state', state)
  return { status: 302, headers: { location: back.href } }
}

function faultOfName({ app }: Forge, name: string): string | undefined {
  const slug = slugOf(name)
  if (slug === '' || name.length > 34) return 'Name must have at most 34 characters, and a letter or a digit.'
  return slug === app.slug ? 'Name has already been taken' : undefined
}

function showInstallation(forge: Forge): Answer {
  const { app, codes, database } = forge
  const repositories = allRepositories(database)
  const owners = new Map(repositories.map(({ owner }) => [owner.id, owner]))
  return installationPage({
    appName: app.name,
    action: `/apps/${app.slug}/installations/new`,
    formKey: codes.formKey,
    accounts: [...owners.values(), ensureAccount(database, app.owner?.login ?? PERSON)],
    repositories: repositories.map((repository) => ({ repository, fullName: fullName(repository) })),
  })
}

/** Installs the App on an account, or gives its installation there other repositories. */
function installOn(forge: Forge, form: URLSearchParams): Answer {
  const { app, clock, database } = forge
  const login = form.get('account') ?? ''
  if (!validNames(login, 'x')) return wordsPage(422, 'There is no such account.')
  const account = ensureAccount(database, login)
  const sender = ensureAccount(database, PERSON)
  const chosen = new Set(form.getAll('repository').map(Number))
  const theirs = allRepositories(database).filter(({ owner }) => owner.id === account.id)
  const repositoryIds =
    form.get('selection') === 'selected' ? theirs.map(({ id }) => id).filter((id) => chosen.has(id)) : undefined
  const known = installationOf(database, account)
  const installation = known ?? install(database, account, { nowMs: clock(), repositoryIds })
  if (known === undefined) {
    const reached = theirs.filter((each) => covers(installation, each))
    const body = { repositories: repositoryNames(reached), requester: null }
    tellInstallation(forge, installation, { name: 'installation', action: 'created', sender, body })
  } else changeSelection(forge, known, { repositoryIds, sender })
  if (app.setupUrl === undefined) return wordsPage(200, `Installed on ${account.login}.`)
  const back = new URL(app.setupUrl)
  back.searchParams.set('installation_id', String(installation.id))
  back.searchParams.set('setup_action', known === undefined ? 'install' : 'update')
  return { status: 302, headers: { location: back.href } }
}
