import type { Octokit } from '@octokit/rest'
import { configFiles, type ConfigFile } from '../../contract/config/config-files.ts'
import { legacyFiles, type LegacyFiles } from '../../contract/config/legacy/parse-legacy.ts'
import { findInRoot, readRootFile, type Commit, type RootEntry } from './repository-root.ts'

/** Far above the size that parsing accepts, and where GitHub's contents API still answers with the content. */
const LARGEST_BYTES = 1024 * 1024

export type FoundConfig =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'found'
      readonly file: ConfigFile
      readonly text: string
      /** Files of Deta's that are there too, and mean nothing beside it. */
      readonly unread: readonly string[]
    }
  /** There is none, but files that were written for Deta. */
  | { readonly kind: 'legacy'; readonly files: LegacyFiles }
  /** There is one that cannot be taken; the words say why and what to do. */
  | { readonly kind: 'unusable'; readonly message: string }

/**
 * The micro config file as it is at one commit, or what a repository that was written for Deta has in its place.
 *
 * @throws Octokit's RequestError; 404 while GitHub does not know the commit.
 */
export async function fetchConfig(octokit: Octokit, commit: Commit): Promise<FoundConfig> {
  const names = [...configFiles, ...legacyFiles]
  const present = await findInRoot(octokit, { ...commit, names, enough: configFiles })
  const [entry, second] = present.filter(({ name }) => configFiles.some((one) => one === name))
  const legacy = present.filter(({ name, type }) => type === 'file' && legacyFiles.some((one) => one === name))
  if (entry === undefined) return legacy.length === 0 ? { kind: 'none' } : fetchLegacy(octokit, { ...commit, legacy })
  if (second !== undefined) {
    return unusable(`There are ${entry.name} and ${second.name}; keep one of them and remove the other.`)
  }
  if (entry.type !== 'file') return unusable(`${entry.name} is not a plain file; make it one.`)
  if (entry.size > LARGEST_BYTES) return unusable(`${entry.name} is too large to be a config file.`)
  const file = configFiles.find((name) => name === entry.name)
  if (file === undefined) return { kind: 'none' }
  const text = (await readRootFile(octokit, { ...commit, path: file })).toString('utf8')
  return { kind: 'found', file, text, unread: legacy.map(({ name }) => name) }
}

async function fetchLegacy(
  octokit: Octokit,
  { legacy, ...commit }: Commit & { readonly legacy: readonly RootEntry[] },
): Promise<FoundConfig> {
  const read = async (name: string) => {
    const entry = legacy.find((one) => one.name === name)
    if (entry === undefined) return undefined
    return entry.size > LARGEST_BYTES ? 'too-large' : readRootFile(octokit, { ...commit, path: name })
  }
  const [spacefile, detaJson] = await Promise.all([read('Spacefile'), read('deta.json')])
  const files = {
    ...(spacefile === undefined ? {} : { spacefile }),
    ...(detaJson === undefined ? {} : { detaJson }),
    ...(legacy.some(({ name }) => name === '.detaignore') ? { detaignore: true as const } : {}),
  }
  return { kind: 'legacy', files }
}

function unusable(message: string): FoundConfig {
  return { kind: 'unusable', message }
}
