import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { drawBars, type Bar } from './draw-bars.ts'

const results = z.object({
  head: z.string(),
  rows: z.array(z.object({ part: z.string(), what: z.string(), numbers: z.record(z.string(), z.number()) })),
})

type Results = z.infer<typeof results>

/** `node bench/plot.ts RESULTS.json PICTURE.svg`: how long a visitor waits for a micro that sleeps, and beside it what others take. */
const [from, to] = process.argv.slice(2)
if (from === undefined || to === undefined) throw new Error('node bench/plot.ts RESULTS.json PICTURE.svg')
const read = results.parse(JSON.parse(await readFile(from, 'utf8')))
await writeFile(to, drawBars({ title: 'From asleep to the answer (median)', note: read.head, bars: barsOf(read) }))

function barsOf({ rows }: Results): Bar[] {
  const bars: Bar[] = []
  for (const isolation of ['runc', 'gvisor']) {
    const frozen = rows.find(({ part, what }) => part === 'frozen' && what.includes(`under ${isolation}`))
    if (frozen === undefined) continue
    bars.push(bar(`frozen, ${isolation}`, frozen.numbers['p50'], 'ours'))
    if (isolation !== 'runc') continue
    bars.push(bar('docker unpause', frozen.numbers['unpauseP50'], 'theirs'))
    bars.push(bar('docker start', frozen.numbers['startP50'], 'theirs'))
  }
  for (const app of ['Express', 'FastAPI', 'FastAPI + pandas']) {
    const cold = rows.filter(({ part, what }) => part === 'cold' && what.includes(`, ${app} (`))
    for (const { what, numbers } of cold) {
      bars.push(bar(`${app}: cold, ${what.includes('gvisor') ? 'gvisor' : 'runc'}`, numbers['p50'], 'ours'))
    }
    const [first] = cold
    if (first === undefined) continue
    bars.push(bar(`${app}: bare start`, first.numbers['bareP50'], 'bare'))
    bars.push(bar(`${app}: docker run`, first.numbers['dockerRunP50'], 'theirs'))
  }
  if (bars.length === 0) throw new Error('these results have no wakes: measure with --only wake')
  return bars
}

function bar(label: string, ms: number | undefined, kind: Bar['kind']): Bar {
  if (ms === undefined) throw new Error(`these results do not say how long ${label} takes`)
  return { label, ms, kind }
}
