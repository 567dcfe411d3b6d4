import type { Octokit } from '@octokit/rest'
import { statusOf } from '../github/classify-failure.ts'

/** The contents API lists at most this many entries of a folder (docs.github.com, "Get repository content"). */
const LISTED_ENTRIES = 1000

export interface Commit {
  readonly owner: string
  readonly repository: string
  readonly sha: string
}

export interface RootEntry {
  readonly name: string
  readonly type: string
  readonly size: number
}

/**
 * Those of the names that are in the root of the repository, by one request. In a root with more entries than GitHub lists they are asked
 * for one by one, unless the listing has one of `enough`.
 *
 * @throws Octokit's RequestError; 404 while GitHub does not know the commit.
 */
export async function findInRoot(
  octokit: Octokit,
  { names, enough, ...commit }: Commit & { readonly names: readonly string[]; readonly enough: readonly string[] },
): Promise<RootEntry[]> {
  const { data } = await octokit.rest.repos.getContent({ ...at(commit), path: '' })
  if (!Array.isArray(data)) return []
  const listed: RootEntry[] = data.filter(({ name }) => names.includes(name))
  if (data.length < LISTED_ENTRIES || listed.some(({ name }) => enough.includes(name))) return listed
  const missing = names.filter((name) => listed.every((entry) => entry.name !== name))
  const asked = await Promise.all(missing.map((path) => statFile(octokit, { ...commit, path })))
  return [...listed, ...asked.filter((entry) => entry !== undefined)]
}

interface FileAt extends Commit {
  readonly path: string
}

async function statFile(octokit: Octokit, { path, ...commit }: FileAt): Promise<RootEntry | undefined> {
  try {
    const { data } = await octokit.rest.repos.getContent({ ...at(commit), path })
    return Array.isArray(data) ? { name: path, type: 'dir', size: 0 } : data
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

/** The bytes of one file in the root; none when it is no file. */
export async function readRootFile(octokit: Octokit, { path, ...commit }: FileAt): Promise<Buffer> {
  const { data } = await octokit.rest.repos.getContent({ ...at(commit), path })
  if (Array.isArray(data) || data.type !== 'file') return Buffer.alloc(0)
  return Buffer.from(data.content, 'base64')
}

function at({ owner, repository, sha }: Commit): { owner: string; repo: string; ref: string } {
  return { owner, repo: repository, ref: sha }
}
