import type { Bar } from './draw-bars.ts'
import type { Row } from './row.ts'

/** What the picture of wake times shows: of each app the ways in which its visitor may have to wait, and what others take. */
export function wakeBars(rows: readonly Pick<Row, 'part' | 'what' | 'numbers'>[]): Bar[] {
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
  return bars
}

function bar(label: string, ms: number | undefined, kind: Bar['kind']): Bar {
  if (ms === undefined) throw new Error(`these results do not say how long ${label} takes`)
  return { label, ms, kind }
}
