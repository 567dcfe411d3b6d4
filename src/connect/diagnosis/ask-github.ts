import type { Octokit } from '@octokit/rest'
import { statusOf } from '../../github/classify-failure.ts'
import type { GitHub } from '../../github/client.ts'
import type { DeliveryFacts, Facts, InstallationFacts } from './facts.ts'
import { FAULT_HEADER } from './fault-header.ts'

/** Installations whose repositories are counted: each costs a request, and one is enough for a first push. */
const MOST_COUNTED = 5
const DELIVERIES = 30

/**
 * Asks GitHub how the App stands there. Never throws: a refusal and a lost connection are answers too.
 *
 * @param webUrl where people sign in to it.
 */
export async function askGitHub(
  { app, forInstallation }: Pick<GitHub, 'app' | 'forInstallation'>,
  webUrl: string,
): Promise<Facts> {
  try {
    const [identity, hook, installations, deliveries] = await Promise.all([
      app.rest.apps.getAuthenticated(),
      app.rest.apps.getWebhookConfigForApp(),
      app.rest.apps.listInstallations({ per_page: 100 }),
      app.rest.apps.listWebhookDeliveries({ per_page: DELIVERIES }),
    ])
    const counted = await Promise.all(
      installations.data.map(async (one, index): Promise<InstallationFacts> => {
        const isSuspended = one.suspended_at !== null
        return {
          account: accountName(one.account),
          isSuspended,
          repositories: isSuspended || index >= MOST_COUNTED ? undefined : await count(forInstallation(one.id)),
          permissions: one.permissions,
          events: one.events,
          settingsUrl: one.html_url,
        }
      }),
    )
    return {
      kind: 'known',
      github: {
        name: identity.data?.name ?? '',
        url: identity.data?.html_url ?? '',
        settingsUrl: settingsUrl(identity.data, webUrl),
        hookUrl: hook.data.url,
        events: identity.data?.events ?? [],
        permissions: (identity.data?.permissions ?? {}) as Readonly<Record<string, string>>,
        installations: counted,
        deliveries: await Promise.all(
          deliveries.data.map(async (one, index): Promise<DeliveryFacts> => ({
            event: one.event,
            action: one.action ?? undefined,
            deliveredAt: one.delivered_at,
            statusCode: one.status_code,
            status: one.status,
            fault: index === 0 && one.status_code >= 400 ? await faultOf(app, one.id) : undefined,
          })),
        ),
      },
    }
  } catch (error) {
    const status = statusOf(error)
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
    // Octokit gives a lost connection the status 500 of its own; GitHub's has an answer behind it.
    const isAnswer = error instanceof Error && 'response' in error && error.response !== undefined
    return status !== undefined && isAnswer ? { kind: 'refused', status } : { kind: 'unreachable', code }
  }
}

async function count(client: Octokit): Promise<number | undefined> {
  try {
    const answer = await client.rest.apps.listReposAccessibleToInstallation({ per_page: 1 })
    return answer.data.total_count
  } catch {
    // Removed or suspended this moment: nothing to count, and the next look says so.
    return undefined
  }
}

/** Our own word in the answer that GitHub keeps of a delivery. */
async function faultOf(app: Octokit, id: number): Promise<string | undefined> {
  try {
    const { data } = await app.rest.apps.getWebhookDelivery({ delivery_id: id })
    const headers = Object.entries((data.response.headers ?? {}) as Readonly<Record<string, unknown>>)
    const found = headers.find(([name]) => name.toLowerCase() === FAULT_HEADER)?.[1]
    return typeof found === 'string' ? found : undefined
  } catch {
    // The list says that it failed; without the detail it is not said why.
    return undefined
  }
}

interface Identity {
  readonly slug?: string
  readonly owner: unknown
}

function settingsUrl(app: Identity | null, webUrl: string): string {
  const owner = accountName(app?.owner)
  const isOrganization =
    typeof app?.owner === 'object' && app.owner !== null && 'type' in app.owner && app.owner.type === 'Organization'
  const folder = isOrganization ? `organizations/${encodeURIComponent(owner)}/settings/apps` : 'settings/apps'
  return `${webUrl}/${folder}/${app?.slug ?? ''}`
}

function accountName(account: unknown): string {
  if (typeof account !== 'object' || account === null) return 'somebody'
  if ('login' in account) return String(account.login)
  return 'slug' in account ? String(account.slug) : 'somebody'
}
