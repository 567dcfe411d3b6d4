import type { Server } from 'node:http'
import { createNodeMiddleware, Probot } from 'probot'
import type { Queues } from '../contract/queue.ts'
import type { Store } from '../contract/store/connect.ts'
import { acceptEvent } from './events/accept.ts'
import { createApp } from './events/app.ts'
import type { BotSettings } from './env.ts'
import { githubWebUrl } from './github/web-url.ts'
import { createHttpServer, WEBHOOK_PATH } from './http/server.ts'
import type { Log } from './log.ts'
import { createRedactor } from './redact.ts'
import { Secret } from './secret.ts'

export interface DoorParts {
  readonly settings: BotSettings
  readonly log: Log
  readonly store: Store
  readonly queues: Queues
}

/** The bot's HTTP server with Probot behind it, not listening yet. */
export async function createDoor({ settings, log, store, queues }: DoorParts): Promise<Server> {
  const probot = new Probot({
    appId: settings.appId,
    privateKey: settings.privateKey.reveal(),
    secret: settings.webhookSecret.reveal(),
    baseUrl: settings.githubUrl,
    log,
  })
  const app = createApp({ accept: (event) => acceptEvent({ store, queues }, event), log })
  const webhooks = await createNodeMiddleware(app, { probot, webhooksPath: WEBHOOK_PATH })
  const redact = createRedactor(secretsIn(settings))
  const webUrl = githubWebUrl(settings.githubUrl)
  return createHttpServer({ store, runnerSocket: settings.sockets.runner, webhooks, log, redact, webUrl })
}

/** The App's, in the pieces in which a log would show them: it is looked at line by line. */
function secretsIn({ privateKey, webhookSecret }: BotSettings): Secret[] {
  const lines = privateKey.reveal().split('\n')
  return [
    webhookSecret,
    ...lines.filter((line) => line.length > 20 && !line.startsWith('-')).map((line) => new Secret(line)),
  ]
}
