import examples from '@octokit/webhooks-examples'

/** A pull request of the mocked repository `ada/hello`, number 34. */
export interface MockedPull {
  readonly open: boolean
  readonly draft: boolean
  readonly bot: boolean
  readonly labels: readonly string[]
  /** `gone`: its repository was deleted. */
  readonly fork: boolean | 'gone'
  readonly sha: string
  readonly branch: string
  readonly base: string
  readonly updatedAt: string
  /** What it changes of its base. */
  readonly files: readonly string[]
}

export function samplePull(more: Partial<MockedPull> = {}): MockedPull {
  return {
    open: true,
    draft: false,
    bot: false,
    labels: [],
    fork: false,
    sha: 'c'.repeat(40),
    branch: 'topic',
    base: 'main',
    updatedAt: '2026-01-01T00:00:00Z',
    files: ['index.js'],
    ...more,
  }
}

type Body = Record<string, unknown>
type Side = Body & { readonly repo: Body }

const all = examples as unknown as readonly { readonly name: string; readonly examples: readonly Body[] }[]
const example = all.find(({ name }) => name === 'pull_request')?.examples[0]?.['pull_request'] as Body & {
  readonly head: Side
  readonly base: Side
  readonly user: Body
}

/** As GitHub answers `GET /pulls/{number}`. */
export function pullBody(number: number, pull: MockedPull): Body {
  const repo = { ...example.base.repo, id: 34, name: 'hello' }
  const head = pull.fork === 'gone' ? null : { ...repo, id: pull.fork ? 35 : 34 }
  return {
    ...example,
    auto_merge: null,
    number,
    state: pull.open ? 'open' : 'closed',
    draft: pull.draft,
    updated_at: pull.updatedAt,
    user: { ...example.user, type: pull.bot ? 'Bot' : 'User' },
    labels: pull.labels.map((name, id) => ({
      id,
      node_id: 'x',
      url: 'https://api.github.com/repos/ada/hello/labels/x',
      name,
      description: null,
      color: 'ededed',
      default: false,
    })),
    head: { ...example.head, ref: pull.branch, sha: pull.sha, repo: head },
    base: { ...example.base, ref: pull.base, repo },
  }
}

/** As GitHub describes a changed file. */
export function fileBody(filename: string): Body {
  const url = `https://api.github.com/repos/ada/hello/contents/${filename}`
  const counts = { additions: 1, deletions: 0, changes: 1 }
  return {
    sha: 'f'.repeat(40),
    filename,
    status: 'modified',
    ...counts,
    blob_url: url,
    raw_url: url,
    contents_url: url,
  }
}
