import { describe, expect, it } from 'vitest'
import { readGitHubApp, writeGitHubApp } from '../../../contract/github-app.ts'
import { micropush } from '../../journey/support/command.ts'
import { freePort } from '../../journey/support/ports.ts'
import { sampleApp as app } from '../../support/github-app.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function environment(more: Record<string, string> = {}): Promise<Record<string, string>> {
  return { MICROPUSH_DATA: await temporaryFolder(), MICROPUSH_BOT_PORT: String(await freePort()), ...more }
}

describe('micropush connect', () => {
  it.each([
    [['ghe.example'], /no address of a GitHub/],
    [['rotate-secret', '--grace=x'], /--grace=<minutes>/],
    [['rotate-secret', '--grace=9999'], /at most 4320/],
  ])('%j is refused as it is written', async (args, words) => {
    const end = await micropush(await environment(), ['connect', ...args])
    expect(end).toMatchObject({ code: 2, stderr: expect.stringMatching(words) as string })
  })

  it('does not pass over an App that the environment names', async () => {
    const env = await environment({ APP_ID: '7' })
    for (const args of [['connect'], ['connect', 'rotate-secret']]) {
      const end = await micropush(env, args)
      expect(end).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/APP_ID is set|WEBHOOK_SECRET_FORMER/) as string,
      })
    }
  })

  it('rotates no secret where no App is connected, and leaves the order in the file for the bot', async () => {
    const env = await environment()
    const dataDir = env['MICROPUSH_DATA'] ?? ''
    expect((await micropush(env, ['connect', 'rotate-secret'])).stderr).toContain('No App is connected')
    await writeGitHubApp(dataDir, app)
    const ordered = micropush(env, ['connect', 'rotate-secret', '--grace=5'])
    await expect.poll(async () => (await readGitHubApp(dataDir))?.next?.graceMs, { timeout: 5000 }).toBe(300_000)
    // No bot runs: the test writes what it would.
    const kept = await readGitHubApp(dataDir)
    if (kept === undefined) throw new Error('no App')
    const { next, ...rest } = kept
    await writeGitHubApp(dataDir, { ...rest, webhookSecret: next?.webhookSecret ?? '' })
    expect(await ordered).toMatchObject({ code: 0, stdout: expect.stringContaining('new secret') as string })
  })
})
