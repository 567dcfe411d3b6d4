type Words = Readonly<Record<string, string>>

/** The permission without which an App cannot have an event: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const NEEDS: Words = {
  push: 'contents',
  create: 'contents',
  delete: 'contents',
  pull_request: 'pull_requests',
  // Also for comments on pull requests; GitHub refuses a manifest that has the event and not this permission.
  issue_comment: 'issues',
  check_run: 'checks',
  check_suite: 'checks',
  merge_group: 'merge_queues',
  repository: 'metadata',
}

const UNASKED = new Set(['ping', 'installation', 'installation_repositories'])

/** Of checks, only those who may write them are told that somebody wants them again. */
const WRITERS_ONLY = new Set(['requested', 'rerequested', 'requested_action'])

export interface Subscriber {
  /** Those of the App's manifest. */
  readonly events: readonly string[]
  /** Those the account agreed to. */
  readonly permissions: Words
}

/** Whether GitHub sends an event to an App. Who may write checks is told of them without having asked. */
export function isSubscribed(event: { readonly name: string; readonly action?: string }, to: Subscriber): boolean {
  const { name, action = '' } = event
  if (UNASKED.has(name)) return true
  const permission = to.permissions[NEEDS[name] ?? '']
  if (permission === undefined) return false
  if (name !== 'check_run' && name !== 'check_suite') return to.events.includes(name)
  return permission === 'write' || (to.events.includes(name) && !WRITERS_ONLY.has(action))
}

/** The events that a manifest asks for without the permission that each needs; GitHub refuses such a manifest. */
export function unsupported({ events, permissions }: Subscriber): string[] {
  return events.filter((name) => permissions[NEEDS[name] ?? ''] === undefined)
}
