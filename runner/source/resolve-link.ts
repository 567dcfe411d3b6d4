/** What a link leads to when every link on its way is followed. */
export type LinkEnd = 'inside' | 'outside' | 'endless'

const HOPS = 40

/**
 * Follows a link by the archive's own account, without touching a file system. `links` has the path of each symbolic link
 * and its target as written; paths are relative to the micro's folder, with `/` between components.
 */
export function resolveLink(path: string, links: ReadonlyMap<string, string>): LinkEnd {
  const pending = path.split('/')
  const reached: string[] = []
  for (let hops = 0; ;) {
    const next = pending.shift()
    if (next === undefined) return 'inside'
    if (next === '' || next === '.') continue
    if (next === '..') {
      if (reached.pop() === undefined) return 'outside'
      continue
    }
    reached.push(next)
    const target = links.get(reached.join('/'))
    if (target === undefined) continue
    if (target.startsWith('/')) return 'outside'
    if (++hops > HOPS) return 'endless'
    reached.pop()
    pending.unshift(...target.split('/'))
  }
}
