import type { Git } from './git.ts'

export interface TreeEntry {
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly sha: string
  readonly size: number
  /** From the repository's root. */
  readonly path: string
}

/** The entry at a path, or undefined; the root has none. */
export async function entryAt(
  git: Git,
  folder: string,
  at: { sha: string; path: string },
): Promise<TreeEntry | undefined> {
  const entries = await list(git, folder, [at.sha, '--', at.path])
  return entries.find((entry) => entry.path === at.path)
}

/** What a folder holds, its own level only; the root's path is empty. */
export async function entriesOf(git: Git, folder: string, at: { sha: string; path: string }): Promise<TreeEntry[]> {
  return list(git, folder, at.path === '' ? [at.sha] : [at.sha, '--', `${at.path}/`])
}

export async function readBlob(git: Git, folder: string, sha: string): Promise<Buffer> {
  return git.bytes(folder, ['cat-file', 'blob', sha])
}

async function list(git: Git, folder: string, args: readonly string[]): Promise<TreeEntry[]> {
  const text = await git.run(folder, ['ls-tree', '-z', '-l', '--full-tree', ...args])
  return text
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [meta, path] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]
      const [mode = '', type = 'blob', sha = '', size = '0'] = meta.split(/ +/)
      return { mode, type: type as TreeEntry['type'], sha, size: Number(size) || 0, path }
    })
}
