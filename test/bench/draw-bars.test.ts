import { expect, it } from 'vitest'
import { drawBars } from '../../bench/draw-bars.ts'

const picture = drawBars({
  title: 'Times',
  note: '2 cores',
  bars: [
    { label: 'frozen', ms: 2, kind: 'ours' },
    { label: 'a < b', ms: 20, kind: 'bare' },
    { label: 'docker run', ms: 200, kind: 'theirs' },
  ],
})

const widths = [...picture.matchAll(/<rect class="\w+" x="220" y="\d+" width="([\d.]+)" height="17"/g)].map((found) =>
  Number(found[1]),
)

it('draws each time as long as its logarithm, and writes it beside its bar', () => {
  const [first = 0, second = 0, third = 0] = widths
  expect(second - first).toBeCloseTo(third - second, 0)
  expect(second).toBeGreaterThan(first)
  for (const words of ['2.00 ms', '20.0 ms', '200 ms']) expect(picture).toContain(`>${words}<`)
})

it('has colours for light and dark pages, and takes no label for markup', () => {
  expect(picture).toContain('prefers-color-scheme: dark')
  expect(picture).toContain('a &lt; b')
})
