import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core'
import { ensurePrograms, findProgram } from '../../../setup/packages.ts'

const need = { program: 'chromium', package: 'chromium', why: 'a real browser for the pages' }

/** For whatever is waited for on a page, which then says what did not come. */
const DEADLINE_MS = 15_000

/** A real browser, from the distribution's packages; installed where it is missing. */
export async function openBrowser(): Promise<Browser> {
  await ensurePrograms([need])
  const executablePath = await findProgram(need.program)
  if (executablePath === undefined) throw new Error('there is no chromium')
  return chromium.launch({ executablePath, args: ['--no-sandbox'], headless: true })
}

/** A browser of one person, with cookies of its own. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options })
  context.setDefaultTimeout(DEADLINE_MS)
  return { context, page: await context.newPage() }
}
