import { stat } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { githubAppFile, readGitHubApp } from '../../contract/github-app.ts'
import { openBrowser, openPage } from './support/browser.ts'
import { micropush } from './support/command.ts'
import { startUnconnected, type Unconnected } from './support/unconnected.ts'

let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
})

afterAll(() => browser.close())

async function goToGitHub(page: Page, stack: Unconnected, organization?: string): Promise<void> {
  await page.goto(`${stack.botUrl}/setup?token=${await stack.token()}`)
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByLabel('Public address').fill(stack.botUrl)
  if (organization !== undefined) {
    await page.getByLabel('an organization').check()
    await page.getByLabel('Name of the organization').fill(organization)
  }
  await page.getByRole('button', { name: 'Check the address' }).click()
  await page.getByRole('button', { name: 'Go to' }).click()
}

async function install(page: Page, account: string): Promise<void> {
  await page.getByRole('link', { name: 'Install it and choose repositories' }).click()
  await page.getByLabel('Account').fill(account)
  await page.getByRole('button', { name: 'Install' }).click()
}

/** A push that is at its end without a runner: the bot reads the file with the App's rights, and says on the commit what is wrong. */
async function pushFault(stack: Unconnected, fullName: string): Promise<string> {
  await using repository = await stack.repository(fullName)
  await repository.write({ 'micro.yml': 'v: 99\n' })
  const sha = await repository.commit()
  await repository.push()
  return sha
}

describe.each([
  { scripts: 'with scripts', javaScriptEnabled: true, organization: undefined },
  { scripts: 'without scripts, for an organization', javaScriptEnabled: false, organization: 'analytical' },
])('in a real browser, $scripts', ({ javaScriptEnabled, organization }) => {
  it('a person goes from nothing to the first push, and the bot is not restarted', async () => {
    await using stack = await startUnconnected()
    const { page, context } = await openPage(browser, { javaScriptEnabled })
    const before = await stack.health(({ status }) => status === 503)
    expect(before.parts['GitHub']).toBe(`not connected yet, open ${stack.botUrl}/setup`)

    await goToGitHub(page, stack, organization)
    await page.getByRole('button', { name: 'Create GitHub App' }).click()
    await page.getByRole('heading', { name: 'Install the App' }).waitFor()
    expect(page.url()).toBe(`${stack.botUrl}/setup`)
    expect((await stat(githubAppFile(stack.dataDir))).mode & 0o777).toBe(0o600)
    expect(await readGitHubApp(stack.dataDir)).toMatchObject({ owner: organization ?? 'local', botUrl: stack.botUrl })

    await install(page, 'ada')
    await page.getByText('A delivery arrived').waitFor()
    expect(await page.getByText('Installed on').textContent()).toContain('ada')
    const sha = await pushFault(stack, 'ada/hello')
    // Nobody touches the page: it looks by itself.
    await page.getByRole('heading', { name: 'Pushes arrive' }).waitFor()
    await expect.poll(() => stack.statuses('ada/hello', sha), { timeout: 10_000 }).toMatchObject([{ state: 'failure' }])
    expect(await stack.log()).not.toMatch(/PRIVATE KEY|"level":50/)
    await context.close()
  })
})

describe('on the way', () => {
  it('the link opens one browser, and what is left behind can be taken up by no other', async () => {
    await using stack = await startUnconnected()
    const link = `${stack.botUrl}/setup?token=${await stack.token()}`
    const mine = await openPage(browser)
    await goToGitHub(mine.page, stack)
    const stranger = await openPage(browser)
    await stranger.page.goto(link)
    await stranger.page.getByRole('button', { name: 'Begin' }).click()
    await stranger.page.getByRole('heading', { name: 'This page is opened by a link' }).waitFor()
    await stranger.page.goto(mine.page.url())

    await mine.page.getByRole('button', { name: 'Create GitHub App' }).click()
    await mine.page.getByRole('heading', { name: 'Install the App' }).waitFor()
    await mine.page.goBack()
    await mine.page.goForward()
    await mine.page.getByRole('heading', { name: 'Install the App' }).waitFor()
    await Promise.all([mine.context.close(), stranger.context.close()])
  })

  it('the bot may be restarted while the person is on GitHub', async () => {
    await using stack = await startUnconnected()
    const { page, context } = await openPage(browser)
    await goToGitHub(page, stack)
    await stack.bot.kill('SIGKILL')
    stack.bot.start()
    await stack.health(({ parts }) => parts['queue'] === 'ok')
    await page.getByRole('button', { name: 'Create GitHub App' }).click()
    await page.getByRole('heading', { name: 'Install the App' }).waitFor()
    await context.close()
  })
})

describe('afterwards', () => {
  it('a new webhook secret takes over without a delivery lost, also when the bot is killed in the middle', async () => {
    await using stack = await startUnconnected()
    const { page, context } = await openPage(browser)
    await goToGitHub(page, stack)
    await page.getByRole('button', { name: 'Create GitHub App' }).click()
    await install(page, 'ada')
    await page.getByText('A delivery arrived').waitFor()
    const first = await readGitHubApp(stack.dataDir)

    const done = await micropush(stack.env, ['connect', 'rotate-secret', '--grace=60'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    const second = await readGitHubApp(stack.dataDir)
    expect(second?.webhookSecret).not.toBe(first?.webhookSecret)
    expect(second?.former?.webhookSecret).toBe(first?.webhookSecret)
    await pushFault(stack, 'ada/one')

    await stack.bot.kill('SIGKILL')
    const ordered = micropush(stack.env, ['connect', 'rotate-secret', '--grace=0'])
    await expect.poll(async () => (await readGitHubApp(stack.dataDir))?.next, { timeout: 10_000 }).toBeDefined()
    stack.bot.start()
    expect((await ordered).code).toBe(0)
    await expect.poll(async () => (await readGitHubApp(stack.dataDir))?.former, { timeout: 10_000 }).toBeUndefined()
    const sha = await pushFault(stack, 'ada/two')
    await expect.poll(() => stack.statuses('ada/two', sha), { timeout: 10_000 }).toMatchObject([{ state: 'failure' }])

    const shown = await micropush(stack.env, ['connect'])
    expect(shown.stdout).toContain(`${stack.botUrl}/setup?token=${await stack.token()}`)
    await context.close()
  })
})
