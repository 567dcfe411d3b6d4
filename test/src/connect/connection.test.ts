import { writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { githubAppFile, writeGitHubApp } from '../../../contract/github-app.ts'
import { openConnection } from '../../../src/connect/connection.ts'
import { readStart } from '../../../src/env.ts'
import { sampleServerApp as app } from '../../support/github-app.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

it('an App of the data folder is used without being asked for, with its GitHub and its address', async () => {
  const dataDir = await temporaryFolder()
  await writeGitHubApp(dataDir, app)
  const connection = await openConnection(readStart({ MICROPUSH_DATA: dataDir }))
  expect(connection.current()).toMatchObject({ appId: 7, githubUrl: app.apiUrl, botUrl: app.botUrl })
})

it('an address in the environment wins over the one that was typed', async () => {
  const dataDir = await temporaryFolder()
  await writeGitHubApp(dataDir, app)
  const env = { MICROPUSH_DATA: dataDir, MICROPUSH_BOT_URL: 'https://other.example' }
  expect((await openConnection(readStart(env))).current()?.botUrl).toBe('https://other.example')
})

it('the App of another GitHub than the one that is asked for is refused, with both names', async () => {
  const dataDir = await temporaryFolder()
  await writeGitHubApp(dataDir, app)
  const settings = readStart({ MICROPUSH_DATA: dataDir, MICROPUSH_GITHUB: '1' })
  await expect(openConnection(settings)).rejects.toThrow(
    /names https:\/\/github\.com.*an App of https:\/\/ghe\.example/,
  )
})

it('a file that is damaged while the bot runs leaves the former App in use', async () => {
  const dataDir = await temporaryFolder()
  await writeGitHubApp(dataDir, app)
  const connection = await openConnection(readStart({ MICROPUSH_DATA: dataDir }))
  await writeFile(githubAppFile(dataDir), '{')
  await expect(connection.refresh()).rejects.toThrow(/damaged/)
  expect(connection.current()?.appId).toBe(7)
})

it('without GitHub asked for and without an App, the bot does not start, and says both ways', async () => {
  const dataDir = await temporaryFolder()
  expect(() => readStart({ MICROPUSH_DATA: dataDir })).toThrow(/APP_ID.*MICROPUSH_GITHUB=1/)
})
