import { setTimeout as wait } from 'node:timers/promises'
import type { Deployment } from '../../contract/deployment.ts'
import { classifyAnswer, classifyFailure, type Failure } from '../github/classify-failure.ts'
import type { GitHub } from '../github/client.ts'

/** A commit that was just pushed may be unknown to GitHub's other servers for some seconds. */
const LAG_MS = 30_000
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 5000
/** GitHub makes the archive when it is asked for, which takes a while for a large repository. */
const ANSWER_DEADLINE_MS = 60_000

/** The tarball is passed on as it is; fetch would unpack what comes as a content encoding. */
const plainHeaders = { 'user-agent': 'micropush', 'accept-encoding': 'identity' }

export type Tarball =
  | { readonly kind: 'stream'; readonly body: ReadableStream<Uint8Array> }
  /** The commit, the repository or the installation is gone for good. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unavailable'; readonly afterMs: number | undefined }

type Commit = Pick<Deployment, 'installationId' | 'repositoryId' | 'owner' | 'repository' | 'sha' | 'createdAtMs'>

/** Opens the gzipped tarball of a deployment's commit, with a token that can read that repository and nothing else. */
export async function fetchTarball(github: GitHub, commit: Commit, signal: AbortSignal): Promise<Tarball> {
  const startedMs = Date.now()
  for (let pauseMs = FIRST_WAIT_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_WAIT_MS)) {
    const tarball = await tryTarball(github, commit, signal)
    const isFresh = Date.now() - commit.createdAtMs < 4 * LAG_MS
    if (tarball.kind !== 'gone' || !isFresh || Date.now() - startedMs + pauseMs > LAG_MS) return tarball
    await wait(pauseMs, undefined, { signal })
  }
}

async function tryTarball(github: GitHub, commit: Commit, signal: AbortSignal): Promise<Tarball> {
  try {
    const location = await askLocation(github, commit, signal)
    if (typeof location !== 'string') return location
    return asTarball(await follow(location, signal))
  } catch (error) {
    signal.throwIfAborted()
    return ofFailure(classifyFailure(error, Date.now()))
  }
}

/** The temporary address that GitHub redirects to (docs.github.com, "Download a repository archive (tar)"), or the archive itself. */
async function askLocation(github: GitHub, commit: Commit, signal: AbortSignal): Promise<string | Tarball> {
  const token = await github.sourceToken(commit)
  const { owner, repository, sha } = commit
  const path = ['repos', owner, repository, 'tarball', sha].map(encodeURIComponent).join('/')
  const url = `${github.baseUrl}/${path}`
  const headers = { ...plainHeaders, authorization: `token ${token.reveal()}` }
  const answer = await fetchAnswer(url, { headers, redirect: 'manual', signal })
  const location = answer.headers.get('location')
  if (answer.status < 300 || answer.status >= 400 || location === null) return asTarball(answer)
  await answer.body?.cancel()
  return new URL(location, url).href
}

/** Without the token: the address carries its own right to read, and may be at another host. */
function follow(location: string, signal: AbortSignal): Promise<Response> {
  return fetchAnswer(location, { headers: plainHeaders, redirect: 'follow', signal })
}

async function asTarball(answer: Response): Promise<Tarball> {
  if (answer.ok && answer.body !== null) return { kind: 'stream', body: answer.body }
  const message = (await answer.text()).slice(0, 1000)
  const { status } = answer
  return ofFailure(classifyAnswer({ status, headers: Object.fromEntries(answer.headers), message }, Date.now()))
}

/** A 403 without a hint is a permission that somebody can give back, or a suspended installation; the commit is still there. */
function ofFailure(failure: Failure): Tarball {
  if (failure.kind === 'retry') return { kind: 'unavailable', afterMs: failure.afterMs }
  return failure.status === 403 ? { kind: 'unavailable', afterMs: undefined } : { kind: 'gone' }
}

/** fetch with a deadline for the answer's head; the body has the caller's signal alone. */
async function fetchAnswer(url: string, { headers, signal, redirect }: Ask): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error('no answer in time')), ANSWER_DEADLINE_MS)
  try {
    return await fetch(url, { headers, redirect, signal: AbortSignal.any([signal, late.signal]) })
  } finally {
    clearTimeout(timer)
  }
}

interface Ask {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly redirect: 'manual' | 'follow'
}
