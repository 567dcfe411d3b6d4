import { WEBHOOK_PATH } from '../../http/paths.ts'
import type { AppDemands } from '../manifest.ts'
import type { DeliveryFacts, Facts, GitHubFacts, InstallationFacts } from './facts.ts'

/** One thing that keeps pushes from arriving, or may, and what to do about it. */
export interface Fault {
  readonly title: string
  readonly advice: string
  /** Where to do it, at GitHub. */
  readonly url?: string
  /** What stands on the way there, where it is more than to open it. */
  readonly label?: string
}

export interface Ours {
  readonly botUrl: string
  readonly demands: AppDemands
  /** Where people sign in to GitHub. */
  readonly webUrl: string
}

/** All that is wrong between the bot and GitHub, what comes first on the way of a push first. */
export function findFaults(facts: Facts, ours: Ours): readonly Fault[] {
  switch (facts.kind) {
    case 'unreachable':
      return [
        {
          title: `GitHub cannot be asked (${facts.code})`,
          advice: 'This machine gets no answer from GitHub. Look at its firewall, proxy and name server.',
        },
      ]
    case 'refused':
      return [refusedFault(facts.status, ours)]
    case 'known':
      return [
        ...hookFaults(facts.github, ours),
        ...demandFaults(facts.github, ours),
        ...installationFaults(facts.github),
        ...deliveryFaults(facts.github, ours),
      ]
  }
}

function refusedFault(status: number, { webUrl }: Ours): Fault {
  if (status === 401) {
    return {
      title: "GitHub refuses the App's key (401)",
      advice:
        "The key was deleted there, or this machine's clock is wrong by more than a minute. Set the clock by NTP; if that is not it, make a new key in the App's settings.",
      url: `${webUrl}/settings/apps`,
    }
  }
  if (status === 404) {
    return {
      title: 'GitHub does not know the App any more (404)',
      advice: 'It was deleted there. Remove github/app.json from the data folder and connect anew.',
    }
  }
  return {
    title: `GitHub answers with an error (${status})`,
    advice: 'Wait a minute; this page looks again by itself.',
  }
}

function hookFaults({ hookUrl, settingsUrl }: GitHubFacts, { botUrl }: Ours): readonly Fault[] {
  const wanted = `${botUrl}${WEBHOOK_PATH}`
  if (hookUrl === undefined || hookUrl === '') {
    return [
      {
        title: 'The App has no webhook',
        advice: `Switch it on in the App's settings, with the address ${wanted}.`,
        url: settingsUrl,
      },
    ]
  }
  if (URL.parse(hookUrl)?.href === URL.parse(wanted)?.href) return []
  return [
    {
      title: `GitHub delivers to another address than this bot's`,
      advice: `It delivers to ${hookUrl}, and this bot is at ${wanted}. Change the webhook URL in the App's settings, or set MICROPUSH_BOT_URL.`,
      url: settingsUrl,
    },
  ]
}

function demandFaults({ events, permissions, settingsUrl }: GitHubFacts, { demands }: Ours): readonly Fault[] {
  const missing = missingRights(permissions, demands)
  const unheard = demands.default_events.filter((event) => !events.includes(event))
  return [
    ...(missing.length === 0
      ? []
      : [
          {
            title: `The App lacks permissions: ${missing.join(', ')}`,
            advice:
              'Grant them in the settings of the App, under Permissions & events; owners of installations are then asked to accept.',
            url: settingsUrl,
          },
        ]),
    ...(unheard.length === 0
      ? []
      : [
          {
            title: `The App is not told of: ${unheard.join(', ')}`,
            advice: 'Subscribe to these events in the settings of the App, under Permissions & events.',
            url: settingsUrl,
          },
        ]),
  ]
}

function installationFaults({ installations, permissions, url }: GitHubFacts): readonly Fault[] {
  if (installations.length === 0) {
    return [
      {
        title: 'The App is not installed anywhere yet',
        advice: 'Install it on your account or organization, and choose the repositories that it may see.',
        url: `${url}/installations/new`,
        label: 'Install it and choose repositories',
      },
    ]
  }
  return installations.flatMap((one) => faultsOf(one, permissions))
}

function faultsOf(one: InstallationFacts, wanted: GitHubFacts['permissions']): readonly Fault[] {
  const url = one.settingsUrl
  if (one.isSuspended) {
    return [
      {
        title: `The installation on ${one.account} is suspended`,
        advice:
          'GitHub sends nothing of its repositories. Its owner can lift that in the settings of the installation.',
        url,
      },
    ]
  }
  if (one.repositories === 0) {
    return [
      {
        title: `No repository of ${one.account} is chosen`,
        advice: 'Choose some in the settings of the installation.',
        url,
      },
    ]
  }
  const missing = missingRights(one.permissions, { default_permissions: wanted })
  if (missing.length === 0) return []
  return [
    {
      title: `${one.account} has not accepted new permissions: ${missing.join(', ')}`,
      advice: 'Accept them in the settings of the installation; until then what needs them stays undone.',
      url,
    },
  ]
}

function deliveryFaults(github: GitHubFacts, { botUrl }: Ours): readonly Fault[] {
  const { deliveries, installations, hookUrl, settingsUrl } = github
  // What came before the App's secret did, its first ping, says nothing of the connection.
  const newest = deliveries.find(({ fault }) => fault !== 'not-connected')
  if (newest === undefined) {
    const isReady = installations.some(({ isSuspended, repositories }) => !isSuspended && repositories !== 0)
    if (!isReady || hookUrl === undefined) return []
    return [
      { title: 'GitHub has sent nothing yet', advice: 'Push a commit to a repository that the App is installed on.' },
    ]
  }
  return newest.statusCode >= 200 && newest.statusCode < 300 ? [] : [failedDelivery(newest, { botUrl, settingsUrl })]
}

interface Where {
  readonly botUrl: string
  readonly settingsUrl: string
}

function failedDelivery({ event, statusCode, status, fault }: DeliveryFacts, { botUrl, settingsUrl }: Where): Fault {
  const title = `The newest delivery (${event}) failed: ${statusCode === 0 ? status : `${statusCode} ${status.replace(/^Invalid HTTP Response: \d+$/, '')}`.trim()}`
  const url = `${settingsUrl}/advanced`
  if (fault === 'signature') {
    return {
      title: `${title}, because its signature was wrong`,
      advice:
        "The webhook secret in the App's settings is not the one that the bot knows. Run micropush connect rotate-secret, which sets both.",
      url: settingsUrl,
    }
  }
  if (statusCode === 0) {
    return {
      title,
      advice: `GitHub did not reach ${botUrl}. Look at the firewall, the reverse proxy and its certificate; then press Redeliver.`,
      url,
    }
  }
  if (statusCode === 401 || statusCode === 403) {
    return { title, advice: `Something before the bot asks for a password. Let everybody in to ${WEBHOOK_PATH}.`, url }
  }
  if (statusCode === 404 || statusCode === 405) {
    return { title, advice: `${botUrl} is answered by another server. Point it at the bot's port.`, url }
  }
  if (statusCode === 413) return { title, advice: 'A proxy takes only small bodies; GitHub sends up to 25 MB.', url }
  if (statusCode >= 500) {
    return {
      title,
      advice:
        "The bot, or a proxy before it, had no answer. Look at the bot's log; what was missed is asked for again within minutes.",
      url,
    }
  }
  return { title, advice: "Look at the answer in the App's list of deliveries, and at the bot's log.", url }
}

const RANK: Readonly<Record<string, number>> = { read: 1, write: 2, admin: 3 }

function missingRights(
  granted: Readonly<Record<string, string>>,
  { default_permissions: wanted }: { readonly default_permissions: Readonly<Record<string, string>> },
): readonly string[] {
  return Object.entries(wanted)
    .filter(([name, level]) => (RANK[granted[name] ?? ''] ?? 0) < (RANK[level] ?? 0))
    .map(([name, level]) => `${name} (${level})`)
}
