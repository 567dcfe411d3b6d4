import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setupTokenFile } from '../../../contract/github-app.ts'
import { startScene, typed } from './support/scene.ts'

let scene: Awaited<ReturnType<typeof startScene>>

beforeEach(async () => {
  scene = await startScene()
})

afterEach(() => scene[Symbol.asyncDispose]())

describe('a bot without an App', () => {
  it('answers webhooks with 503, and says in its health where to connect it', async () => {
    const refused = await scene.deliver('any secret')
    expect(refused.status).toBe(503)
    expect(await refused.text()).toContain('not connected to GitHub yet')
    const health = await fetch(`${scene.botUrl}/healthz`)
    expect(health.status).toBe(503)
    expect(await health.text()).toContain(`GitHub: not connected yet, open ${scene.botUrl}/setup`)
  })

  it('logs the link, and opens its page to nobody without it', async () => {
    expect(scene.lines.join('')).toContain(`${scene.botUrl}/setup?token=`)
    expect((await scene.ask('/setup')).status).toBe(403)
    expect((await scene.ask('/setup/address', { form: { ...typed, address: scene.botUrl } })).status).toBe(403)
    expect((await scene.ask('/setup/created?code=x&state=y')).status).toBe(403)
    expect((await scene.ask('/setup/begin', { form: { token: 'guess' } })).status).toBe(403)
  })

  it('spends the link when its button is pressed, not when the page is looked at', async () => {
    const token = (await readFile(setupTokenFile(scene.dataDir), 'utf8')).trim()
    for (let look = 0; look < 2; look++) expect((await scene.ask(`/setup?token=${token}`)).status).toBe(200)
    const answer = await scene.ask('/setup/begin', { form: { token } })
    expect(answer.headers.get('set-cookie')).toMatch(
      /^micropush_setup=[\w-]{43}; Path=\/setup; HttpOnly; SameSite=Lax; Max-Age=86400$/,
    )
    expect((await scene.ask('/setup/begin', { form: { token } })).status).toBe(403)
  })

  it('refuses a form that another site sent, although the cookie came along', async () => {
    const cookie = await scene.enter()
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect(
      (await scene.ask('/setup/address', { cookie, form: { ...typed, address: scene.botUrl }, headers })).status,
    ).toBe(403)
  })

  it('says what is wrong with what was typed, and shows it again escaped', async () => {
    const cookie = await scene.enter()
    const form = { address: 'ftp://"><i id=evil>', account: 'organization', organization: '-', name: 'x'.repeat(40) }
    const answer = await scene.ask('/setup/address', { cookie, form })
    expect(answer.status).toBe(422)
    const page = await answer.text()
    expect(page).toContain('at most 34 characters')
    expect(page).toContain('Name the organization')
    expect(page).not.toContain('<i id=evil>')
  })

  it('has pages that may run nothing, load nothing and be framed by nobody', async () => {
    const policy = (await scene.ask('/setup')).headers.get('content-security-policy')
    expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(policy).not.toContain('script-src')
  })
})
