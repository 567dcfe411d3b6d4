import { spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const main = new URL('../../src/main.ts', import.meta.url).pathname
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

let redis: TestRedis

beforeEach(async () => {
  redis = await startTestRedis()
})

afterEach(() => redis[Symbol.asyncDispose]())

async function startProcess(more: Record<string, string>): Promise<ChildProcess> {
  const dataDir = await temporaryFolder()
  const env = {
    MICROPUSH_DATA: dataDir,
    MICROPUSH_REDIS: redis.socket,
    MICROPUSH_BOT_PORT: '0',
    // Nothing listens there: what the bot asks GitHub on its own fails at once and is logged.
    MICROPUSH_GITHUB_URL: 'http://127.0.0.1:9',
    ...more,
  }
  return spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

describe('the bot as a process', () => {
  it('refuses to start without a GitHub App, and says which variable is missing', async () => {
    const child = await startProcess({ APP_ID: '7', PRIVATE_KEY: key })
    const words = child.stderr === null ? '' : await text(child.stderr)
    expect(words).toMatch(/WEBHOOK_SECRET is missing/)
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1)
  })

  it('uses the App of the environment where there is one in the data folder too, and says so', async () => {
    const dataDir = await temporaryFolder()
    await mkdir(join(dataDir, 'github'))
    await writeFile(join(dataDir, 'github', 'app.json'), 'not even looked at')
    const child = await startProcess({
      APP_ID: '7',
      PRIVATE_KEY: key,
      WEBHOOK_SECRET: 'open-sesame',
      MICROPUSH_DATA: dataDir,
    })
    if (child.stdout === null) throw new Error('no output')
    let said = ''
    for await (const line of createInterface({ input: child.stdout })) {
      said += line
      if (line.includes('bot ready')) child.kill('SIGTERM')
    }
    expect(said).toContain('the App of the environment (APP_ID) is used')
  })

  it('closes cleanly on SIGTERM, and logs one JSON object a line without its secrets', async () => {
    const child = await startProcess({ APP_ID: '7', PRIVATE_KEY: key, WEBHOOK_SECRET: 'open-sesame' })
    const lines: string[] = []
    if (child.stdout === null) throw new Error('no output')
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (line.includes('bot ready')) child.kill('SIGTERM')
    }
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0)
    expect(lines.map((line) => typeof JSON.parse(line))).not.toContain('string')
    expect(lines.join('\n')).toContain('bot closing')
    expect(lines.join('\n')).not.toMatch(/sesame|PRIVATE KEY/)
  })
})
