import type { Git } from './git.ts'

export interface Person {
  readonly name: string
  readonly email: string
  /** ISO 8601 with the person's own offset. */
  readonly date: string
}

export interface Commit {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly committer: Person
  readonly message: string
}

// NUL parts the fields, because it is the one character that none of them can hold.
const FORMAT = '%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00'
const FIELDS = 10

/** Commits, the newest first; `range` is arguments of `git log`: shas, options, and paths after `--`. */
export async function readCommits(git: Git, folder: string, range: readonly string[]): Promise<Commit[]> {
  const end = range.includes('--') ? [] : ['--']
  const fields = (await git.run(folder, ['log', `--format=tformat:${FORMAT}`, ...range, ...end])).split('\0')
  const commits: Commit[] = []
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) commits.push(toCommit(fields.slice(at, at + FIELDS)))
  return commits
}

export async function readCommit(git: Git, folder: string, sha: string): Promise<Commit> {
  const [commit] = await readCommits(git, folder, ['-1', sha])
  if (commit === undefined) throw new Error(`git log gave nothing for ${sha}`)
  return commit
}

function toCommit(fields: readonly string[]): Commit {
  const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] = fields
  return {
    sha: sha.trim(),
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    author: { name: an, email: ae, date: ad },
    committer: { name: cn, email: ce, date: cd },
    message: message.replace(/\n$/, ''),
  }
}
