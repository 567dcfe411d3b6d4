/** Words of other tools' files for what we call otherwise. */
const synonyms: ReadonlyMap<string, readonly string[]> = new Map([
  ['version', ['v']],
  ['engine', ['runtime']],
  ['language', ['runtime']],
  ['main', ['entry']],
  ['entrypoint', ['entry']],
  ['path', ['src']],
  ['dir', ['src']],
  ['directory', ['src']],
  ['folder', ['src']],
  ['root', ['src']],
  ['command', ['run']],
  ['commands', ['build']],
  ['cmd', ['run']],
  ['start', ['run']],
  ['environment', ['env']],
  ['variables', ['env']],
  ['vars', ['env']],
  ['services', ['micros']],
  ['apps', ['micros']],
  ['ram', ['memory']],
  ['deps', ['dependencies']],
  ['body', ['payload']],
  ['threads', ['processes']],
  ['pids', ['processes']],
  ['pathsignore', ['ignore']],
  ['ignorepaths', ['ignore']],
  ['exclude', ['ignore']],
  ['include', ['paths']],
  ['watch', ['paths']],
  ['watchpaths', ['paths']],
  ['pullrequests', ['previews']],
  ['expires', ['ttl']],
  ['expire', ['ttl']],
  ['idle', ['ttl', 'after', 'sleep']],
  ['limit', ['max']],
  ['idleafter', ['after']],
  ['timeout', ['after']],
  ['freeze', ['after', 'sleep']],
  ['evict', ['cold']],
  ['evictafter', ['cold']],
  ['autosleep', ['sleep']],
  ['autostop', ['sleep']],
  ['hibernate', ['sleep']],
  ['suspend', ['sleep']],
  ['keepwarm', ['sleep']],
  ['scaling', ['scale']],
  ['autoscale', ['scale']],
  ['autoscaling', ['scale']],
  ['replicas', ['max', 'scale']],
  ['instances', ['max', 'scale']],
  ['sandboxes', ['max', 'scale']],
  ['maximum', ['max']],
  ['maxscale', ['max']],
  ['requests', ['concurrency']],
  ['target', ['concurrency']],
])

/** The known key that somebody who wrote `key` most likely meant, or undefined when none is near. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  if (key.length > 40) return undefined
  const wanted = key.toLowerCase().replaceAll(/[-_ ]/g, '')
  const synonym = synonyms.get(wanted)?.find((one) => known.includes(one))
  if (synonym !== undefined) return synonym
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate) }))
    .toSorted((a, b) => a.distance - b.distance)
  const best = ranked[0]
  if (best === undefined) return undefined
  // A third of the letters may be wrong; for short keys that is one, and a key of one letter never matches.
  const tolerated = Math.floor(Math.max(best.candidate.length, wanted.length) / 3)
  return best.distance <= tolerated ? best.candidate : undefined
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1))
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
