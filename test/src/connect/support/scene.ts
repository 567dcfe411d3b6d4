import { createHmac, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { setupTokenFile } from '../../../../contract/github-app.ts'
import { startForge } from '../../../../forge/server.ts'
import { startBot } from '../../../../src/bot.ts'
import { readStart } from '../../../../src/env.ts'
import { createLog } from '../../../../src/log.ts'
import { freePort } from '../../../journey/support/ports.ts'
import { startTestRedis } from '../../../support/redis.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

interface Sent {
  readonly cookie?: string
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
}

export const typed = { account: 'personal', organization: '', name: 'micropush of a test' }

interface Scene extends AsyncDisposable {
  readonly dataDir: string
  readonly botUrl: string
  readonly forgeUrl: string
  readonly lines: readonly string[]
  /** Ends the bot and starts it again. */
  restart(): Promise<void>
  ask(url: string, sent?: Sent): Promise<Response>
  /** Spends the link; gives the cookie. */
  enter(): Promise<string>
  /** To GitHub's page and over its button; gives where the browser is sent back to. */
  makeApp(cookie: string): Promise<string>
  deliver(secret: string): Promise<Response>
}

/** A bot without an App, and a forge in GitHub's place, both in this process. */
export async function startScene(): Promise<Scene> {
  const redis = await startTestRedis()
  const dataDir = await temporaryFolder()
  const port = await freePort()
  const botUrl = `http://127.0.0.1:${port}`
  const webhookUrl = 'http://127.0.0.1:9/'
  const forge = await startForge({ dataDir, port: 0, webhookUrl, searchPath: process.env['PATH'] ?? '' })
  const forgeUrl = `http://127.0.0.1:${forge.port}`
  const env = {
    MICROPUSH_DATA: dataDir,
    MICROPUSH_REDIS: redis.socket,
    MICROPUSH_BOT_PORT: String(port),
    MICROPUSH_GITHUB: forgeUrl,
  }
  const lines: string[] = []
  const log = createLog({ level: 'debug', secrets: [], write: (line) => lines.push(line) })
  let bot = await startBot(readStart(env), log)
  function ask(url: string, { cookie, form, headers }: Sent = {}): Promise<Response> {
    return fetch(new URL(url, botUrl), {
      redirect: 'manual',
      headers: {
        ...(cookie === undefined ? {} : { cookie }),
        ...(form === undefined ? {} : { origin: botUrl }),
        ...headers,
      },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
  }
  async function enter(): Promise<string> {
    const token = (await readFile(setupTokenFile(dataDir), 'utf8')).trim()
    const answer = await ask('/setup/begin', { form: { token } })
    expect(answer.status).toBe(303)
    return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  }
  async function makeApp(cookie: string): Promise<string> {
    const page = await (await ask('/setup/address', { cookie, form: { ...typed, address: botUrl } })).text()
    const action = attribute(page, /<form method="post" action="(http[^"]+)"/)
    const manifest = attribute(page, /name="manifest" value="([^"]+)"/)
    const offered = await (await fetch(action, { method: 'POST', body: new URLSearchParams({ manifest }) })).text()
    const create = new URL(attribute(offered, /action="([^"]+)"/), forgeUrl)
    const fields = [...offered.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      unescape(value),
    ])
    const created = await fetch(create, {
      method: 'POST',
      body: new URLSearchParams(fields as [string, string][]),
      redirect: 'manual',
    })
    return created.headers.get('location') ?? ''
  }
  function deliver(secret: string): Promise<Response> {
    const body = '{"zen":"x","hook_id":1}'
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    return fetch(`${botUrl}/api/github/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'ping',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': signature,
      },
      body,
    })
  }
  return {
    dataDir,
    botUrl,
    forgeUrl,
    lines,
    ask,
    enter,
    makeApp,
    deliver,
    async restart() {
      await bot.close()
      bot = await startBot(readStart(env), log)
    },
    async [Symbol.asyncDispose]() {
      await bot.close()
      await forge.close()
      await redis[Symbol.asyncDispose]()
    },
  }
}

/** What a pattern captures in a page, as a browser reads it. */
export function attribute(html: string, pattern: RegExp): string {
  const found = pattern.exec(html)?.[1]
  if (found === undefined) throw new Error(`no ${pattern} in ${html}`)
  return unescape(found)
}

function unescape(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}
