import { stat } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { githubAppFile, readGitHubApp, writeGitHubApp } from '../../../contract/github-app.ts'
import { attribute, startScene, typed } from './support/scene.ts'

let scene: Awaited<ReturnType<typeof startScene>>

beforeEach(async () => {
  scene = await startScene()
})

afterEach(() => scene[Symbol.asyncDispose]())

describe('the way to GitHub and back', () => {
  it('ends with an App in a file that its owner alone can read, in use at once', async () => {
    const cookie = await scene.enter()
    const back = await scene.ask(await scene.makeApp(cookie), { cookie })
    expect([back.status, back.headers.get('location')]).toEqual([303, '/setup'])
    expect((await stat(githubAppFile(scene.dataDir))).mode & 0o777).toBe(0o600)
    const app = await readGitHubApp(scene.dataDir)
    expect(app).toMatchObject({ name: typed.name, slug: 'micropush-of-a-test', owner: 'local', botUrl: scene.botUrl })
    expect((await scene.deliver(app?.webhookSecret ?? '')).status).toBe(200)
    expect(await (await fetch(`${scene.botUrl}/healthz`)).text()).not.toContain('not connected')
    expect(await (await scene.ask('/setup', { cookie })).text()).toContain('Install it and choose repositories')
  })

  it('is good once, for the browser that left, and with the state that it left with', async () => {
    const [cookie, other] = [await scene.enter(), '']
    const back = new URL(await scene.makeApp(cookie))
    expect((await scene.ask(back.href, { cookie: other })).status).toBe(403)
    const forged = new URL(back)
    forged.searchParams.set('state', 'forged')
    expect(await (await scene.ask(forged.href, { cookie })).text()).toContain(
      'used already, or was begun in another browser',
    )
    expect((await scene.ask(back.href, { cookie })).status).toBe(303)
    // Loaded again, it leads to where things stand.
    expect((await scene.ask(back.href, { cookie })).headers.get('location')).toBe('/setup')
  })

  it('says that a code was used or is too old, and what to do', async () => {
    const cookie = await scene.enter()
    const back = new URL(await scene.makeApp(cookie))
    await fetch(`${scene.forgeUrl}/api/v3/app-manifests/${back.searchParams.get('code')}/conversions`, {
      method: 'POST',
    })
    const page = await (await scene.ask(back.href, { cookie })).text()
    expect(page).toMatch(/it was used already, or is older than an hour.*delete it there; then begin again/)
    expect(await readGitHubApp(scene.dataDir)).toBeUndefined()
  })

  it('can be tried again with the same code when GitHub had no answer', async () => {
    const cookie = await scene.enter()
    const back = await scene.makeApp(cookie)
    const requests = [{ method: 'POST', path: '/conversions', status: 502 }]
    const headers = { authorization: 'Bearer local', 'content-type': 'application/json' }
    await fetch(`${scene.forgeUrl}/api/v3/_faults`, { method: 'POST', headers, body: JSON.stringify({ requests }) })
    const page = await (await scene.ask(back, { cookie })).text()
    expect(page).toContain('the code is good for an hour')
    const again = attribute(page, /class="button" href="([^"]+)"/)
    expect((await scene.ask(again, { cookie })).status).toBe(303)
    expect(await readGitHubApp(scene.dataDir)).toBeDefined()
  })
})

describe('a bot with an App of its file', () => {
  it('is that App after a restart, and takes a new secret from the file beside the old one', async () => {
    const cookie = await scene.enter()
    await scene.ask(await scene.makeApp(cookie), { cookie })
    await scene.restart()
    const app = await readGitHubApp(scene.dataDir)
    if (app === undefined) throw new Error('no App')
    expect((await scene.deliver(app.webhookSecret)).status).toBe(200)
    const wrong = await scene.deliver('a secret of nobody')
    expect([wrong.status, wrong.headers.get('x-micropush-fault')]).toEqual([400, 'signature'])

    const next = 'the secret that comes next'
    await writeGitHubApp(scene.dataDir, { ...app, next: { webhookSecret: next, graceMs: 60_000 } })
    await expect.poll(async () => (await readGitHubApp(scene.dataDir))?.webhookSecret, { timeout: 5000 }).toBe(next)
    expect((await scene.deliver(app.webhookSecret)).status).toBe(200)
    expect((await scene.deliver(next)).status).toBe(200)

    const rotated = await readGitHubApp(scene.dataDir)
    if (rotated?.former === undefined) throw new Error('no former secret')
    await writeGitHubApp(scene.dataDir, { ...rotated, former: { ...rotated.former, untilMs: Date.now() } })
    await expect.poll(async () => (await scene.deliver(app.webhookSecret)).status, { timeout: 5000 }).toBe(400)
    expect((await scene.deliver(next)).status).toBe(200)
  })
})
