import type { Git } from './git.ts'

const SHA = /^[0-9a-f]{40}$/
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export interface TouchedPaths {
  readonly added: string[]
  readonly removed: string[]
  readonly modified: string[]
}

/** The paths that each commit touched against its first parent. */
export async function touchedPaths(
  git: Git,
  folder: string,
  shas: readonly string[],
): Promise<Map<string, TouchedPaths>> {
  const touched = new Map<string, TouchedPaths>(shas.map((sha) => [sha, { added: [], removed: [], modified: [] }]))
  if (shas.length === 0) return touched
  const args = [
    'diff-tree',
    '--stdin',
    '-r',
    '--root',
    '-z',
    '--name-status',
    '--no-renames',
    '--diff-merges=first-parent',
  ]
  const tokens = (await git.run(folder, args, { input: shas.map((sha) => `${sha}\n`).join('') })).split('\0')
  let current: TouchedPaths | undefined
  for (let at = 0; at < tokens.length; at += 1) {
    const token = (tokens[at] ?? '').trim()
    if (SHA.test(token)) current = touched.get(token)
    else if (token !== '') {
      // A path always follows its letter, so a path that looks like a sha is never taken for a header.
      at += 1
      const list = token === 'A' ? 'added' : token === 'D' ? 'removed' : 'modified'
      current?.[list].push(tokens[at] ?? '')
    }
  }
  return touched
}

export interface FileChange {
  readonly path: string
  readonly previousPath?: string
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed'
  readonly blob: string
  readonly additions: number
  readonly deletions: number
}

const STATUS = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', C: 'copied', T: 'changed' } as const

/** How the tree of `head` differs from that of `base`; no base means that everything is new. */
export async function fileChanges(
  git: Git,
  folder: string,
  pair: { base: string | undefined; head: string },
): Promise<FileChange[]> {
  const args = ['diff-tree', '-r', '-z', '--raw', '--numstat', '-M', '--no-abbrev', pair.base ?? EMPTY_TREE, pair.head]
  const tokens = (await git.run(folder, args)).split('\0')
  const files = new Map<string, FileChange>()
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? ''
    if (token.startsWith(':')) {
      const [, , before = '', after = '', letter = 'M'] = token.split(' ')
      const moved = letter.startsWith('R') || letter.startsWith('C')
      const first = tokens[++at] ?? ''
      const path = moved ? (tokens[++at] ?? '') : first
      const status = STATUS[letter.charAt(0) as keyof typeof STATUS] ?? 'changed'
      const blob = status === 'removed' ? before : after
      files.set(path, { path, ...(moved ? { previousPath: first } : {}), status, blob, additions: 0, deletions: 0 })
    } else {
      const [additions, deletions, name = ''] = token.split('\t')
      if (deletions === undefined) continue
      // A rename's numstat has an empty name, then both names as tokens of their own.
      const path = name === '' ? (tokens[(at += 2)] ?? '') : name
      const file = files.get(path)
      // Binary files count as `-`.
      if (file) files.set(path, { ...file, additions: Number(additions) || 0, deletions: Number(deletions) || 0 })
    }
  }
  return [...files.values()]
}
