import type { Queues } from '../contract/queue.ts'
import type { Store } from '../contract/store/connect.ts'
import type { Connection } from './connect/connection.ts'
import type { AppCredentials } from './connect/credentials.ts'
import type { BotSettings, SetupSettings } from './env.ts'
import { createGitHub } from './github/client.ts'
import { closeServer } from './http/close-server.ts'
import type { Log } from './log.ts'
import type { BotMetrics } from './metrics/metrics.ts'
import { createSourceServer, listenOnSocket } from './source/server.ts'
import { startWork } from './work.ts'

interface Parts {
  readonly settings: BotSettings | SetupSettings
  readonly log: Log
  readonly store: Store
  readonly queues: Queues
  readonly connection: Connection
  readonly metrics: Pick<BotMetrics, 'github'>
}

/** All that is done as a GitHub App. */
export interface GitHubSide {
  /** Resolves when the App that is known now is at work. */
  begin(): Promise<void>
  /** Takes no more and waits for what is in hand; without end while Redis is away. */
  close(): Promise<void>
  /** Lets go of Redis, whatever is in hand. */
  disconnect(): void
}

interface Running {
  readonly credentials: AppCredentials
  close(): Promise<void>
  disconnect(): void
}

/** Works as whatever App is connected: begins when the first one is, and anew when it becomes another. */
export function createGitHubSide(parts: Parts): GitHubSide {
  const { connection, log } = parts
  let running: Running | undefined
  let isClosing = false
  // One after the other: the second App waits until the first has let go of the socket.
  let turn = Promise.resolve()
  const follow = () => {
    turn = turn.then(async () => {
      const credentials = connection.current()
      if (isClosing || credentials === undefined) return
      if (running !== undefined && isSameApp(running.credentials, credentials)) return
      await running?.close()
      running?.disconnect()
      running = await start(parts, credentials)
    })
    return turn
  }
  connection.onChange(() => {
    follow().catch((error: unknown) => log.error({ err: error }, 'the App could not be taken into use'))
  })
  return {
    begin: follow,
    async close() {
      isClosing = true
      await turn.catch(() => undefined)
      await running?.close()
    },
    disconnect: () => running?.disconnect(),
  }
}

async function start(parts: Parts, credentials: AppCredentials): Promise<Running> {
  const { settings, log, store, queues, metrics } = parts
  const { githubUrl, botUrl } = credentials
  const github = createGitHub(credentials, metrics.github)
  const source = createSourceServer({ store, github, log })
  await listenOnSocket(source, settings.sockets.bot)
  const work = startWork({ settings: { ...settings, githubUrl, botUrl }, log, store, queues, github })
  return {
    credentials,
    async close() {
      await Promise.all([closeServer(source), work.close()])
    },
    disconnect: () => work.disconnect(),
  }
}

/** Whether only the webhook secrets differ, which concern the door alone. */
function isSameApp(one: AppCredentials, other: AppCredentials): boolean {
  return (
    one.appId === other.appId &&
    one.githubUrl === other.githubUrl &&
    one.botUrl === other.botUrl &&
    one.privateKey.reveal() === other.privateKey.reveal()
  )
}
