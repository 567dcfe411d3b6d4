import { eventJobs } from '../../../../contract/jobs/events.ts'

/** A job that a delivery led to. */
export interface Found {
  readonly queue: string
  readonly data: unknown
}

interface Delivered {
  readonly event: string
  readonly guid: string
  readonly raw: string
}

interface Way {
  readonly queue: keyof typeof eventJobs
  readonly actions?: RegExp
  /** What is wrong with such a job; false where nothing is. */
  readonly wrong?: (job: Fields, payload: unknown) => string | false
}

type Fields = Readonly<Record<string, unknown>>

const sha = /^(?!0{40})[0-9a-f]{40}$/
const ofInstallation: Way = {
  queue: 'lifecycle',
  wrong: ({ kind, added, removed }, payload) =>
    (kind !== 'installation' && 'no look at an installation') ||
    (!isAmong(added, at(payload, 'repositories_added')) && 'other repositories than were added') ||
    (!isAmong(removed, at(payload, 'repositories_removed')) && 'other repositories than were removed'),
}

/** The only ways from a delivery to a job: which event may add to which queue, and what has to be the same in both. */
const ways: Readonly<Record<string, Way>> = {
  push: {
    queue: 'push',
    wrong: ({ branch, sha: commit }, payload) =>
      (`refs/heads/${String(branch)}` !== at(payload, 'ref') && 'the branch is another one') ||
      (!isBranch(String(branch)) && 'no branch that anything is deployed from can be named so') ||
      (commit !== undefined && (typeof commit !== 'string' || !sha.test(commit)) && 'no such commit') ||
      (commit !== undefined && commit !== at(payload, 'after') && 'the commit is another one'),
  },
  pull_request: {
    queue: 'pull',
    actions: /^(?:opened|synchronize|reopened|closed|edited|ready_for_review|converted_to_draft|labeled|unlabeled)$/,
    wrong: ({ pull, asked, told }, payload) =>
      (pull !== at(payload, 'number') && 'the pull request is another one') ||
      (asked !== undefined && 'nobody asked for it') ||
      (at(told, 'sha') !== at(payload, 'pull_request', 'head', 'sha') && 'the commit is another one'),
  },
  merge_group: {
    queue: 'report',
    actions: /^checks_requested$/,
    wrong: ({ kind, sha: commit }, payload) =>
      (kind !== 'merge-group' && 'no report on a merge queue') ||
      (commit !== at(payload, 'merge_group', 'head_sha') && 'the commit is another one'),
  },
  issue_comment: {
    queue: 'command',
    actions: /^created$/,
    wrong: ({ name, by }, payload) =>
      (by !== at(payload, 'comment', 'user', 'login') && 'somebody else wrote it') ||
      (!String(at(payload, 'comment', 'body')).includes(`/${String(name)}`) && 'that was not said'),
  },
  check_run: {
    queue: 'command',
    actions: /^(?:requested_action|rerequested)$/,
    wrong: ({ by, from }, payload) =>
      (by !== at(payload, 'sender', 'login') && 'somebody else pressed it') ||
      (at(from, 'deploymentId') !== at(payload, 'check_run', 'external_id') && 'the deployment is another one'),
  },
  installation: ofInstallation,
  installation_repositories: ofInstallation,
  installation_target: ofInstallation,
  repository: {
    queue: 'lifecycle',
    wrong: ({ kind }) => kind !== 'repository' && 'no look at a repository',
  },
}

/**
 * What is wrong with a job, told by the delivery it came from; undefined when the delivery rightly asks for it. The rule: only the events
 * above, each in its own queue, only for an installation, about the repository, the branch, the pull request and the commit that the
 * delivery itself names, and in the form that the queue's reader takes.
 */
export function wrongWith({ queue, data }: Found, { event, guid, raw }: Delivered): string | undefined {
  const way = Object.hasOwn(ways, event) ? ways[event] : undefined
  if (way === undefined || way.queue !== queue) return `${event} must not lead to a job in the queue ${queue}`
  const parsed = eventJobs[way.queue].safeParse(data)
  if (!parsed.success) return `not in the form of the queue: ${parsed.error.message}`
  const job = parsed.data as Fields
  const payload = JSON.parse(raw) as unknown
  const action = at(payload, 'action')
  if (way.actions !== undefined && (typeof action !== 'string' || !way.actions.test(action)))
    return 'such an action asks for nothing'
  if (job['deliveryId'] !== guid) return 'the delivery is another one'
  if (job['installationId'] !== at(payload, 'installation', 'id')) return 'the installation is another one'
  return ('repositoryId' in job ? wrongRepository(job, payload) : undefined) || way.wrong?.(job, payload) || undefined
}

function wrongRepository(job: Fields, payload: unknown): string | undefined {
  const [owner, name] = [String(job['owner']), String(job['repository'])]
  if (job['repositoryId'] !== at(payload, 'repository', 'id')) return 'the repository is another one'
  if (name !== at(payload, 'repository', 'name')) return 'the repository has another name'
  if (!/^[\w.-]{1,100}$/.test(name) || /^\.+$/.test(name)) return 'no repository can have that name'
  return /^[\w-]{1,100}$/.test(owner) ? undefined : 'nobody can have that name'
}

/** git-check-ref-format(1), and what GitHub keeps for its merge queues. */
function isBranch(name: string): boolean {
  const isRef = name !== '' && !/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/$|^\/|\.$|\.lock(?:\/|$)|(?:^|\/)\./.test(name)
  return isRef && !name.startsWith('gh-readonly-queue/')
}

function isAmong(numbers: unknown, listed: unknown): boolean {
  if (numbers === undefined) return true
  const known = Array.isArray(listed) ? listed.map((each) => at(each, 'id')) : []
  return Array.isArray(numbers) && numbers.every((each) => known.includes(each))
}

/** An own key only: what a prototype has, no delivery says. */
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  )
}
