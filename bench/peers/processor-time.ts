import { readdir, readFile } from 'node:fs/promises'

/** Linux counts in hundredths of a second for everybody (proc(5), `stat`). */
const TICK_MS = 10

/** The processor time of these processes and all below them so far, in ms. */
export async function processorTime(pids: readonly number[]): Promise<number> {
  const stats = await readStats()
  const tree = new Set(pids)
  for (let size = -1; size !== tree.size;) {
    size = tree.size
    for (const [pid, { parent }] of stats) if (tree.has(parent)) tree.add(pid)
  }
  let ticks = 0
  for (const pid of tree) ticks += stats.get(pid)?.ticks ?? 0
  return ticks * TICK_MS
}

async function readStats(): Promise<Map<number, { readonly parent: number; readonly ticks: number }>> {
  const stats = new Map<number, { readonly parent: number; readonly ticks: number }>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    // A process may end while we look.
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ')
    if (text !== '')
      stats.set(Number(name), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) })
  }
  return stats
}
