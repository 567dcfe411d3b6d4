import nock from 'nock'
import { fileBody, pullBody, type MockedPull } from './pull-body.ts'
import { expectValidRequest, expectValidResponse, templateOf } from '../../openapi/validate.ts'

const API = 'https://api.github.com'

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

interface SentRequest {
  readonly method: string
  readonly path: string
  readonly template: string
  readonly body: unknown
  readonly authorization: string | undefined
}

export interface MockedGitHub {
  /** Branch → head. */
  readonly heads: Map<string, string>
  /** Name in the root → what the listing says of it, where it is no plain file. */
  readonly odd: Map<string, { readonly type: string; readonly size: number }>
  /** `<sha>:<path>` → content. */
  readonly files: Map<string, string>
  /** Commits whose contents and archive exist. */
  readonly commits: Set<string>
  /** `<base>...<head>` → status; 404 otherwise. */
  readonly compared: Map<string, string>
  /** `<base>...<head>` → files, where any differ. */
  readonly differing: Map<string, readonly string[]>
  /** Commit → message, where it says something of interest. */
  readonly messages: Map<string, string>
  readonly pulls: Map<number, MockedPull>
  readonly statuses: { readonly sha: string; readonly body: Record<string, unknown> }[]
  readonly requests: SentRequest[]
  /** Answers given instead of the usual ones, one a request, by template. */
  readonly instead: Map<string, Answer[]>
  /** Where tarballs are redirected to. */
  tarballLocation: string
}

/**
 * GitHub's API for one repository `ada/hello`, at api.github.com: each request is checked against GitHub's OpenAPI description, and so is
 * each answer of ours, so that the tests do not merely agree with the bot.
 */
export function mockGitHub(): MockedGitHub {
  const state: MockedGitHub = {
    heads: new Map(),
    odd: new Map(),
    files: new Map(),
    commits: new Set(),
    compared: new Map(),
    differing: new Map(),
    messages: new Map(),
    pulls: new Map(),
    statuses: [],
    requests: [],
    instead: new Map(),
    tarballLocation: 'https://codeload.github.com/ada/hello/legacy.tar.gz/x?token=t',
  }
  const scope = nock(API).persist()
  for (const method of ['get', 'post'] as const) {
    scope[method](/.*/).reply(async (request: Request) => {
      const text = await request.text()
      const body: unknown = text === '' ? undefined : JSON.parse(text)
      const authorization = request.headers.get('authorization') ?? undefined
      const answer = take(state, { method, uri: request.url, body, authorization })
      return [answer.status, answer.body as nock.Body, { 'content-type': 'application/json', ...answer.headers }]
    })
  }
  return state
}

interface Received {
  readonly method: string
  readonly uri: string
  readonly body: unknown
  readonly authorization: string | undefined
}

function take(state: MockedGitHub, { method, uri, body, authorization }: Received): Answer {
  const { pathname, searchParams } = new URL(uri, API)
  const isRoot = /^\/repos\/[^/]+\/[^/]+\/contents\/?$/.test(pathname)
  const template = isRoot ? '/repos/{owner}/{repo}/contents/{path}' : templateOf(method, pathname)
  // The one body that GitHub describes and does not require: without it, a token has all that the installation has.
  const isOptional = template.endsWith('/access_tokens')
  expectValidRequest(method, template, isOptional ? (body ?? {}) : body)
  state.requests.push({ method, path: pathname, template, body, authorization })
  const answer =
    state.instead.get(template)?.shift() ??
    usual(state, { template, pathname, ref: searchParams.get('ref') ?? '', body })
  // GitHub's description knows nothing of pull requests whose repository was deleted.
  const isOrphan =
    template.startsWith('/repos/{owner}/{repo}/pulls') &&
    state.pulls.get(Number(pathname.split('/')[5]))?.fork === 'gone'
  if (answer.status < 300 && !isOrphan)
    expectValidResponse({ method, pathTemplate: template, status: answer.status }, answer.body)
  return answer
}

interface Routed {
  readonly template: string
  readonly pathname: string
  readonly ref: string
  readonly body: unknown
}

function usual(state: MockedGitHub, { template, pathname, ref, body }: Routed): Answer {
  const last = decodeURIComponent(pathname.split('/').at(-1) ?? '')
  switch (template) {
    case '/app/installations/{installation_id}/access_tokens':
      return { status: 201, body: { token: `ghs_${'t'.repeat(36)}`, expires_at: '2099-01-01T00:00:00Z' } }
    case '/app/hook/deliveries':
      return { status: 200, body: [] }
    case '/repos/{owner}/{repo}/git/ref/{ref}':
      return gitRef(last, state.heads.get(last.replace('heads/', '')))
    case '/repos/{owner}/{repo}/contents/{path}':
      return contents(state, ref, last === 'contents' ? '' : last)
    case '/repos/{owner}/{repo}/compare/{basehead}':
      return compare(last, { status: state.compared.get(last), files: state.differing.get(last) ?? [] })
    case '/repos/{owner}/{repo}/commits/{ref}':
      return state.commits.has(last) ? { status: 200, body: commitBody(last, state.messages.get(last)) } : notFound
    case '/repos/{owner}/{repo}/pulls/{pull_number}':
    case '/repos/{owner}/{repo}/pulls/{pull_number}/files':
      return pulls(state.pulls, pathname)
    case '/repos/{owner}/{repo}/statuses/{sha}':
      state.statuses.push({ sha: last, body: body as Record<string, unknown> })
      return { status: 201, body: statusBody(last, body as Record<string, unknown>) }
    case '/repos/{owner}/{repo}/tarball/{ref}':
      if (!state.commits.has(last)) return notFound
      return { status: 302, headers: { location: state.tarballLocation } }
    default:
      throw new Error(`the mock has no ${template}`)
  }
}

const notFound: Answer = { status: 404, body: { message: 'Not Found' } }

function gitRef(ref: string, sha: string | undefined): Answer {
  if (sha === undefined) return notFound
  const url = `${API}/repos/ada/hello/git/refs/${ref}`
  const object = { type: 'commit', sha, url: `${API}/repos/ada/hello/git/commits/${sha}` }
  return { status: 200, body: { ref: `refs/${ref}`, node_id: 'x', url, object } }
}

interface Compared {
  readonly status: string | undefined
  readonly files: readonly string[]
}

function compare(basehead: string, { status, files }: Compared): Answer {
  if (status === undefined) return notFound
  const url = `${API}/repos/ada/hello/compare/${basehead}`
  const urls = { url, html_url: url, permalink_url: url, diff_url: url, patch_url: url }
  const counts = { ahead_by: 1, behind_by: 0, total_commits: 1 }
  const base = commitBody(basehead.slice(0, 40))
  return {
    status: 200,
    body: {
      ...urls,
      base_commit: base,
      merge_base_commit: base,
      status,
      ...counts,
      commits: [],
      files: files.map(fileBody),
    },
  }
}

function pulls(known: MockedGitHub['pulls'], pathname: string): Answer {
  const [, number, files] = /\/pulls\/(\d+)(\/files)?$/.exec(pathname) ?? []
  const pull = known.get(Number(number))
  if (pull === undefined) return notFound
  return { status: 200, body: files === undefined ? pullBody(Number(number), pull) : pull.files.map(fileBody) }
}

function commitBody(sha: string, message = 'x'): Record<string, unknown> {
  const url = `${API}/repos/ada/hello/commits/${sha}`
  const commit = { url, author: null, committer: null, message, comment_count: 0, tree: { sha, url } }
  return {
    url,
    sha,
    node_id: 'x',
    html_url: url,
    comments_url: url,
    commit,
    author: null,
    committer: null,
    parents: [],
  }
}

function contents(state: MockedGitHub, sha: string, path: string): Answer {
  if (!state.commits.has(sha)) return notFound
  const names = [...state.files.keys()].filter((key) => key.startsWith(`${sha}:`)).map((key) => key.slice(41))
  if (path === '')
    return { status: 200, body: names.map((name) => Object.assign(entry(name, 10), state.odd.get(name))) }
  const text = state.files.get(`${sha}:${path}`)
  if (text === undefined) return notFound
  const content = Buffer.from(text).toString('base64')
  return { status: 200, body: { ...entry(path, text.length), encoding: 'base64', content } }
}

function entry(name: string, size: number): Record<string, unknown> {
  const url = `${API}/repos/ada/hello/contents/${name}`
  const links = { self: url, git: url, html: url }
  const urls = { url, html_url: url, git_url: url, download_url: url, _links: links }
  return { type: 'file', size, name, path: name, sha: 'f'.repeat(40), ...urls }
}

function statusBody(sha: string, sent: Record<string, unknown>): Record<string, unknown> {
  return {
    url: `${API}/repos/ada/hello/statuses/${sha}`,
    avatar_url: null,
    id: 1,
    node_id: 'x',
    state: sent['state'],
    description: sent['description'] ?? null,
    target_url: sent['target_url'] ?? null,
    context: sent['context'],
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    creator: null,
  }
}
