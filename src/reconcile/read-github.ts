import { z } from 'zod'
import { configFiles } from '../../contract/config/config-files.ts'
import { legacyFiles } from '../../contract/config/legacy/parse-legacy.ts'
import { statusOf } from '../github/classify-failure.ts'
import type { Question } from '../github/reader.ts'
import { listedRepository, type Listed } from './listed.ts'
import type { ReconcileDeps } from './deps.ts'

const PAGE = 100
/** Of more open pull requests nobody says which are not open. */
const PULL_PAGES = 5
/** So many repositories of one installation are compared: 10,000. */
const REPOSITORY_PAGES = 100
const INSTALLATION_PAGES = 100
/** In the place of an installation: the App itself. */
const APP = 0

const entries = z.array(z.object({ name: z.string() }))
const reference = z.object({ object: z.object({ sha: z.string() }) })
const repositoryPage = z.object({ repositories: z.array(listedRepository) })
const pullPage = z.array(
  z
    .object({
      number: z.number().int(),
      draft: z.boolean().optional(),
      labels: z.array(z.object({ name: z.string() })),
      head: z.object({ sha: z.string(), ref: z.string() }),
      base: z.object({ ref: z.string() }),
    })
    .transform(({ number, draft = false, labels, head, base }) => ({
      number,
      draft,
      labels: labels.map(({ name }) => name),
      head: { sha: head.sha, branch: head.ref },
      base: { branch: base.ref },
    })),
)

type Deps = Pick<ReconcileDeps, 'github' | 'reader'>

const installationPage = z.array(
  z
    .object({ id: z.number().int(), suspended_at: z.string().nullish() })
    .transform(({ id, suspended_at: suspendedAt }) => ({ installationId: id, isSuspended: Boolean(suspendedAt) })),
)

/** The installations of the App, suspended ones too. @throws Octokit's RequestError. */
export async function listInstallations({ github, reader }: Deps) {
  const read = (data: unknown) => installationPage.parse(data)
  return readPages(
    (parameters) =>
      reader.ask({ octokit: github.app, installationId: APP, route: 'GET /app/installations', parameters, read }),
    INSTALLATION_PAGES,
  )
}

/** The repositories that an installation reaches. @throws Octokit's RequestError. */
export async function listRepositories(installationId: number, deps: Deps) {
  const read = (data: unknown) => repositoryPage.parse(data).repositories
  const { all, complete } = await readPages(
    (parameters) => ask(deps, { installationId, route: 'GET /installation/repositories', parameters, read }),
    REPOSITORY_PAGES,
  )
  return { all: all.map((one): Listed => ({ ...one, installationId })), complete }
}

/** The open pull requests of a repository, and whether these are all. @throws Octokit's RequestError. */
export async function listOpenPulls(listed: Listed, deps: Deps) {
  const parameters = { ...at(listed), state: 'open', sort: 'created', direction: 'desc' }
  const question = { installationId: listed.installationId, route: 'GET /repos/{owner}/{repo}/pulls' }
  const read = (data: unknown) => pullPage.parse(data)
  const { all, complete } = await readPages(
    (page) => ask(deps, { ...question, parameters: { ...parameters, ...page }, read }),
    PULL_PAGES,
  )
  return { open: all, complete }
}

/** The commit that a branch shows; undefined when there is no such branch. @throws Octokit's RequestError. */
export async function readHead(listed: Listed, branch: string, deps: Deps): Promise<string | undefined> {
  return unlessMissing(() =>
    ask(deps, {
      installationId: listed.installationId,
      route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
      parameters: { ...at(listed), ref: `heads/${branch}` },
      read: (data) => reference.parse(data).object.sha,
    }),
  )
}

/** Whether there is something to deploy on the default branch, or might be. @throws Octokit's RequestError. */
export async function hasConfig(listed: Listed, deps: Deps): Promise<boolean> {
  const names: ReadonlySet<string> = new Set([...configFiles, ...legacyFiles])
  const found = await unlessMissing(() =>
    ask(deps, {
      installationId: listed.installationId,
      route: 'GET /repos/{owner}/{repo}/contents/',
      parameters: { ...at(listed), ref: listed.defaultBranch },
      // A root with more entries than are listed may have one.
      read: (data) => {
        const listing = entries.parse(data)
        return listing.length >= 1000 || listing.some(({ name }) => names.has(name))
      },
    }),
  )
  return found ?? false
}

type Asked<T> = Omit<Question<T>, 'octokit'>

async function ask<T>({ github, reader }: Deps, question: Asked<T>): Promise<T> {
  return reader.ask({ ...question, octokit: github.forInstallation(question.installationId) })
}

async function readPages<T>(
  read: (page: { readonly per_page: number; readonly page: number }) => Promise<readonly T[]>,
  most: number,
): Promise<{ readonly all: T[]; readonly complete: boolean }> {
  const all: T[] = []
  for (let page = 1; page <= most; page++) {
    const part = await read({ per_page: PAGE, page })
    all.push(...part)
    if (part.length < PAGE) return { all, complete: true }
  }
  return { all, complete: false }
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    // 409: there is nothing in the repository yet.
    if (statusOf(error) === 404 || statusOf(error) === 409) return undefined
    throw error
  }
}

function at({ owner, repository }: Listed): { readonly owner: string; readonly repo: string } {
  return { owner, repo: repository }
}
