import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../../../journey/support/browser.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
let browser: Browser

beforeEach(async () => {
  stage = await openStage()
  browser = await openBrowser()
})
afterEach(async () => {
  await browser.close()
  await stage[Symbol.asyncDispose]()
})

const wait = { timeout: 20_000 }

async function rows(page: Page): Promise<string[]> {
  return page.locator('.log p:not(.none)').allInnerTexts()
}

describe('the page of a deployment in a browser', () => {
  it('shows each row once as it comes, through restarts of the connection, and how it ended', async () => {
    await stage.say('one\n\u001b[32mtwo\u001b[0m\nthr')
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(stage.url)
    expect(await rows(page)).toEqual(['one', 'two', 'thr'])
    await stage.say('ee\n10%\r99%')
    await expect.poll(() => rows(page), wait).toEqual(['one', 'two', 'three', '99%'])
    expect(complaints).toEqual([])
    // Every connection is cut: the browser makes a new one, and says where it was.
    stage.server.closeAllConnections()
    await stage.say('\rdone\nfive\n')
    await expect.poll(() => rows(page), wait).toEqual(['one', 'two', 'three', 'done', 'five'])
    expect(await page.title()).toBe('Queued · hello')
    await stage.end()
    await expect.poll(() => page.title(), wait).toBe('Failed · hello')
    expect(await page.locator('#L4 a').getAttribute('href')).toBe('#L4')
    await page.reload()
    expect(await rows(page)).toEqual(['one', 'two', 'three', 'done', 'five'])
  })

  it('follows the end for as long as its reader is there', async () => {
    await stage.say('x\n'.repeat(200))
    const page = await browser.newPage()
    await page.goto(stage.url)
    const isAtEnd = () => page.evaluate<boolean>('innerHeight + scrollY >= document.documentElement.scrollHeight - 48')
    await expect.poll(isAtEnd, wait).toBe(true)
    await stage.say('y\n'.repeat(100))
    await expect.poll(async () => (await rows(page)).length, wait).toBe(300)
    await expect.poll(isAtEnd, wait).toBe(true)
    await page.evaluate('scrollTo(0, 0)')
    await page.locator('#jump').waitFor()
    await stage.say('z\n'.repeat(100))
    await expect.poll(async () => (await rows(page)).length, wait).toBe(400)
    expect(await page.evaluate('scrollY')).toBe(0)
    await page.locator('#jump').click()
    await expect.poll(isAtEnd, wait).toBe(true)
  })

  it('is whole without JavaScript, and loads itself again while there is more to come', async () => {
    await stage.say('one\n')
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(stage.url)
    expect(await rows(page)).toEqual(['one'])
    await stage.say('two\n')
    await expect.poll(() => rows(page), wait).toEqual(['one', 'two'])
    await stage.end()
    await expect.poll(() => page.title(), wait).toBe('Failed · hello')
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(0)
  })

  it('runs nothing that a build printed, and is not torn apart by it', async () => {
    const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script></p></div></section>\u202e`
    await stage.say(`${evil}\n`)
    const page = await browser.newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto(stage.url)
    await stage.say(`\u001b[31m${evil}\u001b[0m\nlast\n`)
    await expect.poll(() => rows(page), wait).toEqual([evil.slice(0, -1), evil.slice(0, -1), 'last'])
    expect(await page.title()).toBe('Queued · hello')
    expect(new Set(asked)).toEqual(new Set([`/d/${stage.id}`, `/d/${stage.id}/events`]))
  })

  it('stays in use with the longest log of the shortest lines', async () => {
    await stage.say('\n'.repeat(1024 * 1024))
    const page = await browser.newPage()
    await page.goto(stage.url)
    await expect.poll(async () => (await rows(page)).length, wait).toBe(20_000)
    expect(await page.locator('.none').innerText()).toMatch(/1028576 earlier lines are left out/)
    expect(await page.locator('.log div div a').last().getAttribute('data-n')).toBe('1048576')
    await page.evaluate('scrollTo(0, 0)')
    await page.locator('#jump').click()
    await page.locator('#jump').waitFor({ state: 'hidden' })
    expect((await page.locator('#L1048576').boundingBox())?.y).toBeLessThan(900)
  })
})
