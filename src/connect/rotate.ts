import type { Octokit } from '@octokit/rest'
import type { StoredGitHubApp } from '../../contract/github-app.ts'
import type { Log } from '../log.ts'
import type { Connection } from './connection.ts'

/** What a rotation has to do next; undefined when there is nothing to do. */
function nextStep(app: StoredGitHubApp, nowMs: number): 'tell' | 'drop' | undefined {
  // First, because GitHub may be away for long: whoever has the former one must not go on meanwhile.
  if (app.former !== undefined && app.former.untilMs <= nowMs) return 'drop'
  return app.next === undefined ? undefined : 'tell'
}

interface Rotation {
  readonly connection: Connection
  readonly client: () => Octokit
  readonly log: Log
  readonly now: () => number
}

/**
 * Brings an ordered rotation of the webhook secret one step on. Both secrets are accepted from before GitHub is told until the grace has
 * passed, and each step can be done twice: so no delivery is lost, wherever it is cut off.
 *
 * @throws what GitHub's API throws, when it cannot be told now.
 */
export async function rotate({ connection, client, log, now }: Rotation): Promise<void> {
  const app = connection.current()?.stored
  if (app === undefined) return
  switch (nextStep(app, now())) {
    case 'tell': {
      const { next, ...rest } = app
      if (next === undefined) return
      await client().rest.apps.updateWebhookConfigForApp({ secret: next.webhookSecret })
      const former = { webhookSecret: app.webhookSecret, untilMs: now() + next.graceMs }
      await connection.adopt({ ...rest, webhookSecret: next.webhookSecret, former })
      log.info(
        { graceMs: next.graceMs },
        'GitHub signs with the new webhook secret; the former one is good for a while',
      )
      return
    }
    case 'drop': {
      const { former: _, ...rest } = app
      await connection.adopt(rest)
      log.info('the former webhook secret is not accepted any more')
      return
    }
    case undefined:
  }
}
