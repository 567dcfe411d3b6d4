import type { StoredGitHubApp } from '../../contract/github-app.ts'

/** An App as the file in the data folder tells of it. */
export const sampleApp = {
  v: 1,
  webUrl: 'https://github.com',
  apiUrl: 'https://api.github.com',
  botUrl: 'https://bot.example',
  appId: 7,
  slug: 'micropush',
  name: 'micropush',
  owner: 'ada',
  htmlUrl: 'https://github.com/apps/micropush',
  privateKey: '-----BEGIN PRIVATE KEY-----',
  webhookSecret: 'a secret of this test',
} as const satisfies StoredGitHubApp

/** The same of a GitHub Enterprise Server. */
export const sampleServerApp = {
  ...sampleApp,
  webUrl: 'https://ghe.example',
  apiUrl: 'https://ghe.example/api/v3',
  htmlUrl: 'https://ghe.example/github-apps/micropush',
} as const satisfies StoredGitHubApp
