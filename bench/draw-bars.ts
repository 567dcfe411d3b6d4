import { ms as inMs } from './statistics.ts'

export interface Bar {
  readonly label: string
  readonly ms: number
  readonly kind: 'ours' | 'bare' | 'theirs'
}

interface Picture {
  readonly title: string
  readonly note: string
  readonly bars: readonly Bar[]
}

const WIDTH = 760
const LABEL = 220
const VALUE = 70
const ROW = 24
const TOP = 84
const KINDS = { ours: 'micropush', bare: 'bare start, no container', theirs: 'Docker' } as const

/**
 * Horizontal bars as SVG, on a logarithmic scale, because what is compared lies between two milliseconds and two seconds. Its colours follow
 * whether the reader's page is light or dark.
 */
export function drawBars({ title, note, bars }: Picture): string {
  const low = 10 ** Math.floor(Math.log10(Math.min(...bars.map(({ ms }) => ms))))
  const high = 10 ** Math.ceil(Math.log10(Math.max(...bars.map(({ ms }) => ms))))
  const span = Math.log10(high / low)
  const room = WIDTH - LABEL - VALUE
  const x = (ms: number): number => LABEL + (Math.log10(Math.max(ms, low) / low) / span) * room
  const bottom = TOP + bars.length * ROW
  const height = bottom + 56
  const decades = Array.from({ length: Math.round(span) + 1 }, (_, at) => low * 10 ** at)
  const grid = decades.map(
    (ms) =>
      `<line class="grid" x1="${x(ms)}" x2="${x(ms)}" y1="${TOP - 6}" y2="${bottom}"/>` +
      `<text class="quiet" x="${x(ms)}" y="${bottom + 18}" text-anchor="middle">${ms} ms</text>`,
  )
  const lines = bars.map(({ label, ms, kind }, at) => {
    const y = TOP + at * ROW
    return (
      `<text x="${LABEL - 10}" y="${y + 13}" text-anchor="end">${escape(label)}</text>` +
      `<rect class="${kind}" x="${LABEL}" y="${y}" width="${Math.max(2, x(ms) - LABEL).toFixed(1)}" height="${ROW - 7}" rx="2"/>` +
      `<text class="value" x="${(x(ms) + 6).toFixed(1)}" y="${y + 13}">${inMs(ms)}</text>`
    )
  })
  const legend = Object.entries(KINDS).map(
    ([kind, words], at) =>
      `<rect class="${kind}" x="${20 + at * 200}" y="44" width="12" height="12" rx="2"/>` +
      `<text x="${20 + at * 200 + 18}" y="54">${words}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">
<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-size: 16px; font-weight: 600 } .quiet { fill: #59636e; font-size: 12px }
  .value { font-variant-numeric: tabular-nums } .grid { stroke: #d1d9e0 } .back { fill: #ffffff }
  .ours { fill: #1a7f37 } .bare { fill: #9a6700 } .theirs { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .grid { stroke: #3d444d } .back { fill: #0d1117 }
    .ours { fill: #3fb950 } .bare { fill: #d29922 } .theirs { fill: #656c76 }
  }
</style>
<rect class="back" width="100%" height="100%" rx="6"/>
<text class="title" x="20" y="28">${escape(title)}</text>
${legend.join('\n')}
${grid.join('\n')}
${lines.join('\n')}
<text class="quiet" x="20" y="${height - 12}">${escape(note)}; logarithmic scale</text>
</svg>
`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
