import { Octokit } from '@octokit/rest'
import { expect, it } from 'vitest'
import { readGitHubApp, writeGitHubApp } from '../../../contract/github-app.ts'
import { openConnection } from '../../../src/connect/connection.ts'
import { rotate } from '../../../src/connect/rotate.ts'
import { readStart } from '../../../src/env.ts'
import { createLog } from '../../../src/log.ts'
import { sampleServerApp } from '../../support/github-app.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const app = { ...sampleServerApp, webhookSecret: 'the secret that is in use' } as const

it('a secret whose time is over is not accepted any more, though GitHub cannot be told of the next one', async () => {
  const dataDir = await temporaryFolder()
  const next = { webhookSecret: 'the secret that is to come', graceMs: 1000 }
  await writeGitHubApp(dataDir, { ...app, next, former: { webhookSecret: 'the secret that was leaked', untilMs: 99 } })
  const connection = await openConnection(readStart({ MICROPUSH_DATA: dataDir }))
  const log = createLog({ level: 'error', secrets: [], write: () => {} })
  // Nobody listens there.
  const client = () => new Octokit({ baseUrl: 'http://127.0.0.1:1' })
  const step = () => rotate({ connection, client, log, now: () => 100 })
  await step()
  await expect(step()).rejects.toThrow()
  const accepted = connection.current()?.webhookSecrets.map((secret) => secret.reveal())
  expect(accepted).toEqual([app.webhookSecret, next.webhookSecret])
  expect(await readGitHubApp(dataDir)).toEqual({ ...app, next })
})
