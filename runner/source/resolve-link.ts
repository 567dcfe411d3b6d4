/** What a link leads to when every link on its way is followed; `unknown` when the walk's steps were used up before it ended. */
export type LinkEnd = 'inside' | 'outside' | 'endless' | 'unknown'

/** What following the links of one archive may cost; a few bytes of it could ask for millions of steps. */
export interface LinkSteps {
  left: number
}

const HOPS = 40
/** No path of an archive has more components, so no deeper place is a link. */
const DEEPEST = 100

/**
 * Follows a link by the archive's own account, without touching a file system. `links` has the path of each symbolic link
 * and its target as written; paths are relative to the micro's folder, with `/` between components.
 */
export function resolveLink(path: string, links: ReadonlyMap<string, string>, steps: LinkSteps): LinkEnd {
  const pending = path.split('/')
  const reached: string[] = []
  for (let hops = 0; ;) {
    const next = pending.shift()
    if (next === undefined) return 'inside'
    if (--steps.left < 0) return 'unknown'
    if (next === '' || next === '.') continue
    if (next === '..') {
      if (reached.pop() === undefined) return 'outside'
      continue
    }
    reached.push(next)
    const target = reached.length > DEEPEST ? undefined : links.get(reached.join('/'))
    if (target === undefined) continue
    if (target.startsWith('/')) return 'outside'
    if (++hops > HOPS) return 'endless'
    reached.pop()
    pending.unshift(...target.split('/'))
  }
}
