import { readGitHubApp, writeGitHubApp, type StoredGitHubApp } from '../../contract/github-app.ts'
import { MicropushError } from '../../contract/errors.ts'
import type { BotSettings, SetupSettings } from '../env.ts'
import { credentialsOfEnvironment, credentialsOfFile, type AppCredentials } from './credentials.ts'

/** The GitHub App that the bot is at the moment, which may come and change while it runs. */
export interface Connection {
  /** Undefined while there is none. */
  current(): AppCredentials | undefined
  /** Keeps an App in the data folder and takes it into use. */
  adopt(app: StoredGitHubApp): Promise<void>
  /**
   * Looks whether the data folder holds another App or another secret than is in use; what the environment names wins.
   *
   * @throws MicropushError `setup-incomplete` when the file cannot be used; the former one stays in use then.
   */
  refresh(): Promise<void>
  /** Has a function called with whatever is taken into use from now on. */
  onChange(listener: (credentials: AppCredentials) => void): void
}

/**
 * The connection of a bot that starts.
 *
 * @throws MicropushError `setup-incomplete` when the App's file cannot be used.
 */
export async function openConnection(settings: BotSettings | SetupSettings): Promise<Connection> {
  if ('appId' in settings) return fixedConnection(credentialsOfEnvironment(settings))
  const listeners: ((credentials: AppCredentials) => void)[] = []
  let current: AppCredentials | undefined
  let known = ''
  const use = (app: StoredGitHubApp) => {
    const text = JSON.stringify(app)
    if (text === known) return
    assertSameGitHub(app, settings)
    known = text
    const credentials = credentialsOfFile(app, settings.givenBotUrl)
    current = credentials
    for (const listener of listeners) listener(credentials)
  }
  const connection: Connection = {
    current: () => current,
    async adopt(app) {
      await writeGitHubApp(settings.dataDir, app)
      use(app)
    },
    async refresh() {
      const app = await readGitHubApp(settings.dataDir)
      if (app !== undefined) use(app)
    },
    onChange: (listener) => void listeners.push(listener),
  }
  await connection.refresh()
  return connection
}

/** A connection that is and stays what the environment says. */
export function fixedConnection(credentials: AppCredentials): Connection {
  return {
    current: () => credentials,
    adopt: () => Promise.reject(new Error('the App is in the environment')),
    refresh: () => Promise.resolve(),
    onChange: () => {},
  }
}

function assertSameGitHub(app: StoredGitHubApp, { github, dataDir }: SetupSettings): void {
  if (github === undefined || github.apiUrl === app.apiUrl) return
  throw new MicropushError(
    'setup-incomplete',
    `MICROPUSH_GITHUB names ${github.webUrl}, but ${dataDir}/github/app.json holds an App of ${app.webUrl}. Name that one, or remove the file to connect anew.`,
  )
}
