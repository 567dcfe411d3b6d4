import { z } from 'zod'
import type { StoredGitHubApp } from '../../contract/github-app.ts'
import type { GitHubAddress } from '../../contract/github-address.ts'
import { asPkcs8 } from '../github/private-key.ts'

const DEADLINE_MS = 15_000

const conversion = z.object({
  id: z.number().int().positive(),
  slug: z.string().min(1),
  name: z.string(),
  html_url: z.url(),
  owner: z.object({ login: z.string() }).nullable(),
  pem: z.string().includes('PRIVATE KEY'),
  webhook_secret: z.string().min(16).nullable(),
})

export type Conversion =
  | { readonly kind: 'made'; readonly app: StoredGitHubApp }
  /** `again`: the same code is worth another try. */
  | { readonly kind: 'failed'; readonly words: string; readonly again: boolean }

interface Asked {
  readonly code: string
  readonly github: GitHubAddress
  readonly botUrl: string
}

/**
 * Turns the code that a browser brought back into the App's key and secret: good once, for an hour. Never throws.
 * https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest
 */
export async function convertCode({ code, github, botUrl }: Asked): Promise<Conversion> {
  let answer: { readonly status: number; readonly body: unknown }
  try {
    answer = await send(`${github.apiUrl}/app-manifests/${encodeURIComponent(code)}/conversions`)
  } catch (error) {
    return { kind: 'failed', again: true, words: unreachable(error, github) }
  }
  if (answer.status !== 201) return { kind: 'failed', ...inWords(answer.status, github) }
  const parsed = conversion.safeParse(answer.body)
  const privateKey = parsed.success ? readKey(parsed.data.pem) : undefined
  if (!parsed.success || privateKey === undefined || parsed.data.webhook_secret === null) {
    const words = `${github.webUrl} made the App, but what it answered lacks the key or the webhook secret. Delete the App there (Settings → Developer settings → GitHub Apps), and begin again.`
    return { kind: 'failed', again: false, words }
  }
  const { id, slug, name, html_url: htmlUrl, owner, webhook_secret: webhookSecret } = parsed.data
  // A link is shown to a person who trusts this page: it leads to the GitHub that was asked, whatever was answered.
  const isTheirs = new URL(htmlUrl).origin === new URL(github.webUrl).origin
  const app = {
    v: 1,
    ...github,
    botUrl,
    appId: id,
    slug,
    name,
    owner: owner?.login ?? '',
    htmlUrl: isTheirs ? htmlUrl : `${github.webUrl}/apps/${slug}`,
    privateKey,
    webhookSecret,
  } as const
  return { kind: 'made', app }
}

async function send(url: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/vnd.github+json', 'user-agent': 'micropush' },
    redirect: 'error',
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  const body: unknown = await answer.json().catch(() => undefined)
  return { status: answer.status, body }
}

function inWords(status: number, { webUrl }: GitHubAddress): { readonly words: string; readonly again: boolean } {
  if (status === 404 || status === 422) {
    const words = `${webUrl} does not know the code it sent you back with (${status}): it was used already, or is older than an hour. If the App stands under Settings → Developer settings → GitHub Apps, delete it there; then begin again.`
    return { again: false, words }
  }
  if (status === 403 || status === 429) {
    return {
      again: true,
      words: `${webUrl} asks to wait (${status}): too many requests came from this machine. Try again in a few minutes; the code is good for an hour.`,
    }
  }
  return {
    again: true,
    words: `${webUrl} answered with an error of its own (${status}). Try again in a minute; the code is good for an hour.`,
  }
}

function unreachable(error: unknown, { apiUrl }: GitHubAddress): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error instanceof Error ? error.name : ''
  return `This machine did not get an answer from ${apiUrl} (${code}). Look whether it may reach it (firewall, proxy, name server), then try again; the code is good for an hour.`
}

function readKey(pem: string): string | undefined {
  try {
    return asPkcs8(pem)
  } catch {
    // No key at all: the caller says so.
    return undefined
  }
}
