import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parseGitHubAddress } from '../../contract/github-address.ts'
import { githubAppFile, githubFolder, readGitHubApp, writeGitHubApp } from '../../contract/github-app.ts'
import { parseSettings } from '../../contract/settings.ts'
import { sampleApp as app } from '../support/github-app.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('the file of the App', () => {
  it('is read as it was written, by its owner alone, and nothing is left beside it', async () => {
    const dataDir = await temporaryFolder()
    expect(await readGitHubApp(dataDir)).toBeUndefined()
    await writeGitHubApp(dataDir, app)
    await writeGitHubApp(dataDir, { ...app, name: 'again' })
    expect(await readGitHubApp(dataDir)).toEqual({ ...app, name: 'again' })
    expect((await stat(githubAppFile(dataDir))).mode & 0o777).toBe(0o600)
    expect((await stat(githubFolder(dataDir))).mode & 0o777).toBe(0o700)
    expect(await readdir(githubFolder(dataDir))).toEqual(['app.json'])
  })

  it('is never half of one: what cannot be written leaves the former one', async () => {
    const dataDir = await temporaryFolder()
    await writeGitHubApp(dataDir, app)
    await expect(writeGitHubApp(dataDir, { ...app, webhookSecret: '' })).rejects.toThrow()
    expect(JSON.parse(await readFile(githubAppFile(dataDir), 'utf8'))).toEqual(app)
  })

  it.each([['{'], ['{}'], [JSON.stringify({ ...app, appId: 'x' })]])(
    'is refused in words when it is damaged: %s',
    async (text) => {
      const dataDir = await temporaryFolder()
      await mkdir(githubFolder(dataDir))
      await writeFile(githubAppFile(dataDir), text)
      await expect(readGitHubApp(dataDir)).rejects.toThrow(/app\.json is damaged/)
    },
  )
})

describe('MICROPUSH_GITHUB', () => {
  it.each([
    ['1', 'https://github.com', 'https://api.github.com'],
    ['https://github.com', 'https://github.com', 'https://api.github.com'],
    ['https://api.github.com/', 'https://github.com', 'https://api.github.com'],
    ['https://ghe.example', 'https://ghe.example', 'https://ghe.example/api/v3'],
    ['https://ghe.example:8443/api/v3/', 'https://ghe.example:8443', 'https://ghe.example:8443/api/v3'],
    ['https://octo.ghe.com', 'https://octo.ghe.com', 'https://api.octo.ghe.com'],
  ])('%s is a GitHub at %s whose API is at %s', (text, webUrl, apiUrl) => {
    expect(parseGitHubAddress(text)).toEqual({ webUrl, apiUrl })
    expect(parseSettings({ MICROPUSH_GITHUB: text })).toMatchObject({ github: { webUrl, apiUrl }, githubUrl: apiUrl })
  })

  it.each(['ghe.example', 'ftp://ghe.example', 'https://ghe.example/x', 'https://a:b@ghe.example', '2'])(
    '%s is refused',
    (text) => {
      expect(() => parseSettings({ MICROPUSH_GITHUB: text })).toThrow(/MICROPUSH_GITHUB: must be 1/)
    },
  )

  it('0 and nothing ask for no GitHub', () => {
    for (const text of ['0', '']) expect(parseSettings({ MICROPUSH_GITHUB: text }).github).toBeUndefined()
  })
})
