import type { Git } from './git.ts'

const SHA = /^[0-9a-f]{40}$/
const SHORT_SHA = /^[0-9a-f]{4,40}$/
// Only plain names: no revision syntax (`main~3`, `:/text`, `@{-1}`), which GitHub does not take either.
const NAME = /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/|\.lock$))[^\s~^:?*[\\\p{Cc}]{1,250}$/u

/** The 40 digits of a commit that is there, by branch, tag, full ref name or (shortened) sha; undefined when nothing fits. */
export async function resolveCommit(git: Git, folder: string, name: string): Promise<string | undefined> {
  if (!NAME.test(name)) return undefined
  const candidates = SHA.test(name)
    ? [name]
    : [
        `refs/heads/${name}`,
        `refs/tags/${name}`,
        ...(/^(heads|tags)\//.test(name) ? [`refs/${name}`] : []),
        ...(name.startsWith('refs/') || name === 'HEAD' ? [name] : []),
        ...(SHORT_SHA.test(name) ? [name] : []),
      ]
  for (const candidate of candidates) {
    const sha = await git.ask(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${candidate}^{commit}`])
    if (sha !== undefined) return sha.trim()
  }
  return undefined
}

/** Every ref below a prefix such as `refs/heads/`, with what it points at. */
export async function listRefs(git: Git, folder: string, prefix: string): Promise<Map<string, string>> {
  const text = await git.run(folder, ['for-each-ref', '--format=%(objectname) %(refname)', prefix])
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(41), line.slice(0, 40)]),
  )
}

/** What a full ref name points at, or undefined. */
export async function readRef(
  git: Git,
  folder: string,
  ref: string,
): Promise<{ sha: string; type: string } | undefined> {
  if (!NAME.test(ref)) return undefined
  const text = await git.ask(folder, ['for-each-ref', '--format=%(objectname) %(objecttype) %(refname)', ref])
  const line = text?.split('\n').find((each) => each.endsWith(` ${ref}`))
  const [sha, type] = line?.split(' ') ?? []
  return sha === undefined || type === undefined ? undefined : { sha, type }
}

export async function isAncestor(git: Git, folder: string, pair: { older: string; newer: string }): Promise<boolean> {
  return (await git.ask(folder, ['merge-base', '--is-ancestor', pair.older, pair.newer])) !== undefined
}
