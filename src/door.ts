import type { Server } from 'node:http'
import { createNodeMiddleware, Probot } from 'probot'
import type { Queues } from '../contract/queue.ts'
import type { Store } from '../contract/store/connect.ts'
import { noteDelivery } from '../contract/store/repository/deliveries.ts'
import type { Connection } from './connect/connection.ts'
import type { AppCredentials } from './connect/credentials.ts'
import { openSetup } from './connect/open-setup.ts'
import { createSightings } from './connect/sightings.ts'
import type { BotSettings, SetupSettings } from './env.ts'
import { acceptEvent } from './events/accept.ts'
import { createApp } from './events/app.ts'
import { githubWebUrl } from './github/web-url.ts'
import { WEBHOOK_PATH } from './http/paths.ts'
import { createHttpServer } from './http/server.ts'
import type { Log } from './log.ts'
import type { BotMetrics } from './metrics/metrics.ts'
import { createRedactor } from './redact.ts'
import { Secret } from './secret.ts'
import { createWebhookHandler } from './webhooks/webhook-handler.ts'

export interface DoorParts {
  readonly settings: BotSettings | SetupSettings
  readonly log: Log
  readonly store: Store
  readonly queues: Queues
  readonly connection: Connection
  readonly metrics: BotMetrics
}

/** The bot's HTTP server with Probot behind it, not listening yet. */
export async function createDoor(parts: DoorParts): Promise<Server> {
  const { settings, log, store, queues, connection, metrics } = parts
  const sightings = createSightings(Date.now)
  const app = createApp({
    accept: (event) => acceptEvent({ store, queues }, event),
    note: (delivery) => noteDelivery(store, delivery),
    log,
  })
  const webhooks = createWebhookHandler({
    connection,
    sightings,
    create({ appId, privateKey, githubUrl }, secret) {
      const identity = { appId, privateKey: privateKey.reveal(), baseUrl: githubUrl }
      const probot = new Probot({ ...identity, secret: secret.reveal(), log })
      return createNodeMiddleware(app, { probot, webhooksPath: WEBHOOK_PATH })
    },
  })
  return createHttpServer({
    store,
    runnerSocket: settings.sockets.runner,
    metrics,
    metricsToken: settings.metricsToken,
    webhooks,
    setup: await openSetup({ settings, connection, sightings, log }),
    githubFault: () =>
      connection.current() === undefined ? `not connected yet, open ${settings.botUrl}/setup` : undefined,
    log,
    redact: createRedactor(secretsOf(connection)),
    webUrl: () => githubWebUrl(connection.current()?.githubUrl ?? settings.githubUrl),
  })
}

/** A list of the App's secrets that grows when they change. */
function secretsOf(connection: Connection): readonly Secret[] {
  const known = connection.current()
  const secrets = known === undefined ? [] : secretsIn(known)
  connection.onChange((credentials) => void secrets.push(...secretsIn(credentials)))
  return secrets
}

/** The App's, in the pieces in which a log would show them: it is looked at line by line. */
function secretsIn({ privateKey, webhookSecrets }: AppCredentials): Secret[] {
  const lines = privateKey.reveal().split('\n')
  return [
    ...webhookSecrets,
    ...lines.filter((line) => line.length > 20 && !line.startsWith('-')).map((line) => new Secret(line)),
  ]
}
