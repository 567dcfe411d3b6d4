import type { Octokit } from '@octokit/rest'

/** The names a config file may have, in the root of the repository. */
const configFiles = ['micro.yml', 'micro.yaml', 'micro.json'] as const

type ConfigFile = (typeof configFiles)[number]

/** Far above the size that parsing accepts, and where GitHub's contents API still answers with the content. */
const LARGEST_BYTES = 1024 * 1024
/** The contents API lists at most this many entries of a folder (docs.github.com, "Get repository content"). */
const LISTED_ENTRIES = 1000

export type FoundConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly file: ConfigFile; readonly text: string }
  /** There is one that cannot be taken; the words say why and what to do. */
  | { readonly kind: 'unusable'; readonly message: string }

interface Commit {
  readonly owner: string
  readonly repository: string
  readonly sha: string
}

interface Entry {
  readonly name: string
  readonly type: string
  readonly size: number
}

/**
 * The micro config file as it is at one commit.
 *
 * @throws Octokit's RequestError; 404 while GitHub does not know the commit.
 */
export async function fetchConfig(octokit: Octokit, commit: Commit): Promise<FoundConfig> {
  const present = await listConfigFiles(octokit, commit)
  const [entry, second] = present
  if (entry === undefined) return { kind: 'none' }
  if (second !== undefined) {
    return unusable(`There are ${entry.name} and ${second.name}; keep one of them and remove the other.`)
  }
  if (entry.type !== 'file') return unusable(`${entry.name} is not a plain file; make it one.`)
  if (entry.size > LARGEST_BYTES) return unusable(`${entry.name} is too large to be a config file.`)
  const file = configFiles.find((name) => name === entry.name)
  if (file === undefined) return { kind: 'none' }
  return { kind: 'found', file, text: await readFile(octokit, { ...commit, path: file }) }
}

async function listConfigFiles(octokit: Octokit, commit: Commit): Promise<Entry[]> {
  const { data } = await octokit.rest.repos.getContent({
    owner: commit.owner,
    repo: commit.repository,
    path: '',
    ref: commit.sha,
  })
  if (!Array.isArray(data)) return []
  const listed: Entry[] = data.filter(({ name }) => isConfigName(name))
  if (listed.length > 0 || data.length < LISTED_ENTRIES) return listed
  const asked = await Promise.all(configFiles.map((path) => statFile(octokit, { ...commit, path })))
  return asked.filter((entry) => entry !== undefined)
}

function isConfigName(name: string): boolean {
  return (configFiles as readonly string[]).includes(name)
}

async function statFile(octokit: Octokit, at: Commit & { readonly path: string }): Promise<Entry | undefined> {
  try {
    const { data } = await octokit.rest.repos.getContent({
      owner: at.owner,
      repo: at.repository,
      path: at.path,
      ref: at.sha,
    })
    return Array.isArray(data) ? { name: at.path, type: 'dir', size: 0 } : data
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 404) return undefined
    throw error
  }
}

async function readFile(octokit: Octokit, at: Commit & { readonly path: string }): Promise<string> {
  const { data } = await octokit.rest.repos.getContent({
    owner: at.owner,
    repo: at.repository,
    path: at.path,
    ref: at.sha,
  })
  if (Array.isArray(data) || data.type !== 'file') return ''
  return Buffer.from(data.content, 'base64').toString('utf8')
}

function unusable(message: string): FoundConfig {
  return { kind: 'unusable', message }
}
