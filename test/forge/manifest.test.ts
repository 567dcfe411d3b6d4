import { afterEach, beforeEach, expect, it } from 'vitest'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { readAppDemands, buildManifest } from '../../src/connect/manifest.ts'
import { expectValidResponse } from '../openapi/validate.ts'
import { forgeIn, listenAsBot, removeFolder, temporaryFolder } from './support.ts'

interface Scene {
  readonly bot: Awaited<ReturnType<typeof listenAsBot>>
  readonly forge: Awaited<ReturnType<typeof forgeIn>>
  readonly origin: string
  readonly home: string
}

let scene: Scene
let clockMs: number

beforeEach(async () => {
  clockMs = Date.now()
  const [home, bot] = await Promise.all([temporaryFolder(), listenAsBot()])
  const forge = await forgeIn(home, { webhookUrl: bot.url, clock: () => clockMs })
  scene = { home, bot, forge, origin: `http://127.0.0.1:${forge.port}` }
})

afterEach(async () => {
  await scene.forge.close()
  await scene.bot.close()
  await removeFolder(scene.home)
})

async function manifestOf(name: string) {
  const bot = { botUrl: `http://127.0.0.1:${scene.bot.port}`, browserUrl: 'http://127.0.0.1:4001' }
  return buildManifest(await readAppDemands(), { name, ...bot })
}

function post(path: string, form: Record<string, string>): Promise<Response> {
  return fetch(`${scene.origin}${path}`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
}

/** Presses the button of the page that a manifest leads to. */
async function create(name: string, folder = ''): Promise<URL> {
  const manifest = JSON.stringify(await manifestOf(name))
  const page = await (await post(`${folder}/settings/apps/new?state=st`, { manifest })).text()
  const key = /name="form_key" value="(\w+)"/.exec(page)?.[1] ?? ''
  const created = await post(`${folder}/settings/apps/create`, { form_key: key, state: 'st', manifest, name })
  return new URL(created.headers.get('location') ?? '')
}

async function convert(
  code: string | null,
): Promise<{ status: number; body: Record<string, unknown> & { pem: string; id: number } }> {
  const answer = await fetch(`${scene.forge.apiUrl}/app-manifests/${code}/conversions`, { method: 'POST' })
  return { status: answer.status, body: (await answer.json()) as never }
}

it('a manifest becomes an App whose key and secret are given out once, in the form that GitHub describes', async () => {
  const back = await create('micropush of ada')
  expect([back.pathname, back.searchParams.get('state')]).toEqual(['/setup/created', 'st'])
  const { status, body } = await convert(back.searchParams.get('code'))
  expect(status).toBe(201)
  // GitHub describes it as the App itself with four more fields.
  const { client_secret: client, webhook_secret: webhook, pem, ...app } = body
  expectValidResponse({ method: 'GET', pathTemplate: '/app', status: 200 }, app)
  expect([typeof client, typeof webhook, pem.includes('RSA PRIVATE KEY')]).toEqual(['string', 'string', true])
  expect(app).toMatchObject({ slug: 'micropush-of-ada' })
  expect((await convert(back.searchParams.get('code'))).status).toBe(404)
})

it('a code is good for an hour', async () => {
  const back = await create('micropush of ada')
  clockMs += 3_600_000
  expect((await convert(back.searchParams.get('code'))).status).toBe(404)
})

it('from then on the forge is that App: it takes its tokens, signs with its secret, and is installed nowhere', async () => {
  const { body } = await convert((await create('micropush of ada', '/organizations/engines')).searchParams.get('code'))
  expect(body).toMatchObject({ owner: { login: 'engines', type: 'Organization' } })
  const auth = { appId: body.id, privateKey: body.pem }
  const app = new Octokit({ baseUrl: scene.forge.apiUrl, authStrategy: createAppAuth, auth })
  expect((await app.rest.apps.listInstallations()).data).toEqual([])
  expect((await app.rest.apps.getWebhookConfigForApp()).data.url).toBe(scene.bot.url)
  const changed = await app.rest.apps.updateWebhookConfigForApp({ secret: 'another secret' })
  expect(changed.data).toEqual({ content_type: 'json', insecure_ssl: '0', secret: '********', url: scene.bot.url })
})

it('installing it tells the App, and leads to its setup page', async () => {
  await create('micropush of ada')
  const page = await (await fetch(`${scene.origin}/apps/micropush-of-ada/installations/new`)).text()
  const key = /name="form_key" value="(\w+)"/.exec(page)?.[1] ?? ''
  const form = { form_key: key, account: 'ada', selection: 'all' }
  const answer = await post('/apps/micropush-of-ada/installations/new', form)
  expect(answer.headers.get('location')).toMatch(/\/setup\/installed\?installation_id=\d+&setup_action=install$/)
  const received = await scene.bot.count(2)
  expect(received.map(({ event }) => event)).toEqual(['ping', 'installation'])
})

it('another site can press none of its buttons', async () => {
  const manifest = JSON.stringify(await manifestOf('micropush of ada'))
  expect((await post('/settings/apps/create', { manifest, name: 'stolen' })).status).toBe(403)
  expect((await post('/apps/micropush/installations/new', { account: 'ada' })).status).toBe(403)
})

it.each([
  ['no JSON', 'x'],
  ['a name that is too long', JSON.stringify({ name: 'x'.repeat(35), url: 'https://a.example' })],
  ['a webhook without an address', JSON.stringify({ name: 'x', url: 'https://a.example', hook_attributes: {} })],
  ['an event without its right', JSON.stringify({ name: 'x', url: 'https://a.example', default_events: ['push'] })],
])('a manifest with %s is refused in words', async (_, manifest) => {
  const answer = await post('/settings/apps/new', { manifest })
  expect(answer.status).toBe(422)
  expect(await answer.text()).toMatch(/configuration|not supported/)
})

it('a name that is taken is said to be taken', async () => {
  const manifest = JSON.stringify(await manifestOf('Micropush'))
  expect(await (await post('/settings/apps/new', { manifest })).text()).toContain('already been taken')
})
