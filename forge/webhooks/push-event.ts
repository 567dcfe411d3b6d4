import type { Forge } from '../forge.ts'
import { touchedPaths, type TouchedPaths } from '../git/changes.ts'
import { readCommits, type Commit } from '../git/commits.ts'
import { isAncestor } from '../git/refs.ts'
import { accountShape } from '../shapes/account.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { nodeId } from '../shapes/urls.ts'
import type { Account } from '../state/accounts.ts'
import type { Installation } from '../state/installations.ts'
import type { Repository } from '../state/repositories.ts'

export const NO_COMMIT = '0'.repeat(40)

/** GitHub's own bound for `commits`; the head stands in `head_commit` in any case. */
const MOST_COMMITS = 2048

/** One ref that a push moved; a side that does not exist is 40 zeros. */
export interface RefUpdate {
  readonly ref: string
  readonly before: string
  readonly after: string
}

interface Pushed {
  readonly repository: Repository
  readonly installation: Installation
  readonly update: RefUpdate
  readonly pusher: Account
}

/** The `push` event: https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
export async function pushEvent(forge: Forge, { repository, installation, update, pusher }: Pushed) {
  const { urls, git } = forge
  const { ref, before, after } = update
  const folder = git.folder(repository.id)
  const deleted = after === NO_COMMIT
  const created = before === NO_COMMIT
  const tip = deleted ? undefined : await resolveObject(forge, folder, after)
  const [forced, commits, heads] = await Promise.all([
    tip !== undefined && !created && isAncestor(git, folder, { older: before, newer: after }).then((is) => !is),
    tip === undefined ? [] : newCommits(forge, folder, update),
    tip === undefined ? [] : readCommits(git, folder, ['-1', tip]),
  ])
  const [head] = heads
  const shas = new Set([...commits, ...heads].map(({ sha }) => sha))
  const touched = await touchedPaths(git, folder, [...shas])
  const shape = (commit: Commit) => pushedCommit(`${urls.html(repository)}/commit/`, commit, touched.get(commit.sha))
  return {
    ref,
    before,
    after,
    created,
    deleted,
    forced,
    base_ref: null,
    compare: `${urls.html(repository)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: commits.map(shape),
    head_commit: head === undefined ? null : shape(head),
    repository: {
      ...repositoryShape(urls, repository),
      // Only in push events, GitHub gives these as seconds and repeats the default branch.
      created_at: Math.floor(repository.createdAtMs / 1000),
      pushed_at: Math.floor(repository.pushedAtMs / 1000),
      master_branch: repository.defaultBranch,
    },
    pusher: { name: pusher.login, email: `${pusher.login}@localhost` },
    sender: accountShape(urls, pusher),
    installation: { id: installation.id, node_id: nodeId('Installation', installation.id) },
  }
}

/** The commit that a ref leads to; undefined for a tag on something else, which has no history. */
async function resolveObject({ git }: Forge, folder: string, sha: string): Promise<string | undefined> {
  return (await git.ask(folder, ['rev-parse', '--verify', '--quiet', `${sha}^{commit}`]))?.trim()
}

/** The oldest first. For a new branch: what no other branch holds. */
async function newCommits({ git }: Forge, folder: string, { ref, before, after }: RefUpdate): Promise<Commit[]> {
  const range =
    before === NO_COMMIT
      ? [after, '--not', `--exclude=${ref.replace(/^refs\/heads\//, '')}`, '--branches']
      : [after, `^${before}`]
  const newestFirst = await readCommits(git, folder, [`--max-count=${MOST_COMMITS}`, ...range])
  return newestFirst.toReversed()
}

function pushedCommit(url: string, commit: Commit, touched: TouchedPaths | undefined) {
  const { sha, tree, message, author, committer } = commit
  return {
    id: sha,
    tree_id: tree,
    distinct: true,
    message,
    timestamp: committer.date,
    url: `${url}${sha}`,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
    added: touched?.added ?? [],
    removed: touched?.removed ?? [],
    modified: touched?.modified ?? [],
  }
}
