import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBotSettings } from '../../src/env.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
const complete = { APP_ID: '7', PRIVATE_KEY: pkcs1, WEBHOOK_SECRET: 'x' }

describe('readBotSettings', () => {
  it.each([
    ['as GitHub gives it', pkcs1],
    ['with line breaks written out', pkcs1.replaceAll('\n', '\\n')],
    ['in base64', Buffer.from(pkcs1).toString('base64')],
  ])('takes the key %s', (_, PRIVATE_KEY) => {
    const settings = readBotSettings({ ...complete, PRIVATE_KEY })
    expect(settings.privateKey.reveal()).toContain('BEGIN PRIVATE KEY')
    expect(settings).toMatchObject({ appId: 7, botPort: 4001 })
  })

  it('takes the key from a file', async () => {
    const path = join(await temporaryFolder(), 'app.pem')
    writeFileSync(path, pkcs1)
    const { PRIVATE_KEY: _, ...rest } = complete
    expect(readBotSettings({ ...rest, PRIVATE_KEY_PATH: path }).privateKey.reveal()).toContain('PRIVATE KEY')
  })

  it.each([
    ['APP_ID', { APP_ID: undefined }],
    ['APP_ID', { APP_ID: 'seven' }],
    ['PRIVATE_KEY', { PRIVATE_KEY: undefined }],
    ['PRIVATE_KEY', { PRIVATE_KEY: 'no key' }],
    ['PRIVATE_KEY_PATH', { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: '/nowhere' }],
    ['WEBHOOK_SECRET', { WEBHOOK_SECRET: '' }],
    ['development', { WEBHOOK_SECRET: 'development' }],
    ['MICROPUSH_BOT_PORT', { MICROPUSH_BOT_PORT: 'x' }],
  ])('refuses to start and names %s', (name, change) => {
    expect(() => readBotSettings({ ...complete, ...change })).toThrow(name)
  })
})
