import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import type { GitHubRequest } from '../metrics/metrics.ts'
import { Secret } from '../secret.ts'

const REQUEST_DEADLINE_MS = 15_000
/** Clients are cheap, their cached tokens are not; so many installations keep theirs. */
const KEPT_CLIENTS = 500

export interface AppIdentity {
  readonly appId: number
  readonly privateKey: Secret
  /** Base of GitHub's REST API, without a slash at its end. */
  readonly githubUrl: string
}

export interface GitHub {
  /** The number of the app that it is. */
  readonly appId: number
  readonly baseUrl: string
  /** A client that acts as the app itself, with a JWT of its key. */
  readonly app: Octokit
  /** A client that acts as one installation; its token is made, cached and renewed by itself. */
  forInstallation(installationId: number): Octokit
  /** Lets go of an installation's token, which has the rights that the installation had when it was made. */
  forget(installationId: number): void
  /** A token that can read one repository's contents and nothing else. */
  sourceToken(of: { readonly installationId: number; readonly repositoryId: number }): Promise<Secret>
}

/**
 * GitHub as the app sees it. Nothing is sent before the first call; neither retries nor pacing happen here, the queues do both.
 *
 * @param note hears of each request once it has ended.
 */
export function createGitHub(identity: AppIdentity, note: (request: GitHubRequest) => void = noop): GitHub {
  const clients = new Map<number, Octokit>()
  const auth = { appId: identity.appId, privateKey: identity.privateKey.reveal() }
  const options = {
    authStrategy: createAppAuth,
    baseUrl: identity.githubUrl,
    userAgent: 'micropush',
    request: { fetch: noting(fetchWithDeadline, note) },
    log: silent,
  }
  const app = new Octokit({ ...options, auth })
  return {
    appId: identity.appId,
    baseUrl: identity.githubUrl,
    app,
    forInstallation(installationId) {
      const known = clients.get(installationId)
      if (known !== undefined) return known
      if (clients.size >= KEPT_CLIENTS) clients.clear()
      const client = new Octokit({ ...options, auth: { ...auth, installationId } })
      clients.set(installationId, client)
      return client
    },
    forget: (installationId) => void clients.delete(installationId),
    async sourceToken({ installationId, repositoryId }) {
      const answer = (await app.auth({
        type: 'installation',
        installationId,
        repositoryIds: [repositoryId],
        permissions: { contents: 'read' },
      })) as { readonly token: string }
      return new Secret(answer.token)
    },
  }
}

function fetchWithDeadline(url: string, init: RequestInit = {}): Promise<Response> {
  const deadline = AbortSignal.timeout(REQUEST_DEADLINE_MS)
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline
  return fetch(url, { ...init, signal })
}

/** Tells how each request went, without a change to it. */
function noting(send: typeof fetchWithDeadline, note: (request: GitHubRequest) => void): typeof fetchWithDeadline {
  return async (url, init) => {
    const begunMs = performance.now()
    const method = init?.method ?? 'GET'
    let status: number | undefined
    try {
      const answer = await send(url, init)
      status = answer.status
      return answer
    } finally {
      note({ method, url, status, ms: performance.now() - begunMs })
    }
  }
}

/** Octokit warns on the console otherwise; what goes wrong is thrown, and logged where it is handled. */
const silent = { debug: noop, info: noop, warn: noop, error: noop }

function noop(): void {}
