import { expect, it } from 'vitest'
import { logRows } from '../../../web/log/log-rows.ts'

it('rows stand in blocks of a hundred, each with its number', () => {
  const html = logRows(
    Array.from({ length: 120 }, (_, at) => `row ${at}`),
    190,
  )
  expect([...html.matchAll(/<div class="k" id="(k\d+)">/g)].map(([, id]) => id)).toEqual(['k1', 'k2', 'k3'])
  expect(html).toContain('<div id="L191"><a href="#L191" data-n="191"></a><p>row 0</p></div>')
  expect(html.match(/<div/g)?.length).toBe(html.match(/<\/div>/g)?.length)
  expect(logRows([], 0)).toBe('')
})
