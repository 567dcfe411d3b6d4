import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { drawBars } from './draw-bars.ts'
import { rowsTable, type Row } from './row.ts'
import { wakeBars } from './wake-bars.ts'

const results = z.object({
  head: z.string(),
  rows: z.array(
    z.object({
      part: z.string(),
      what: z.string(),
      value: z.string(),
      beside: z.string().exactOptional(),
      bar: z.string().exactOptional(),
      met: z.boolean().exactOptional(),
      numbers: z.record(z.string(), z.number()),
    }),
  ),
})

/** Where the table goes in the README. */
const BEGIN = '<!-- bench: begin -->'
const END = '<!-- bench: end -->'
const root = join(import.meta.dirname, '..')

/**
 * `node bench/tell.ts RESULTS.json…`: puts what the bench has measured into the README, as a table and as a picture of wake times. Of two
 * rows about the same, that of the later file is told.
 */
const files = process.argv.slice(2)
if (files.length === 0) throw new Error('node bench/tell.ts RESULTS.json…')
const told = new Map<string, Row>()
const heads: string[] = []
for (const file of files) {
  const read = results.parse(JSON.parse(await readFile(file, 'utf8')))
  for (const row of read.rows) told.set(row.what, row)
  heads.push(read.head)
}
const rows = [...told.values()]
/** The README says what was measured and beside what; where the time of a wake goes stands in the results and on the terminal. */
const brief = rows.map(({ beside, ...row }) => {
  const kept = beside?.split('; ').filter((one) => !one.startsWith('where it goes'))
  return kept === undefined || kept.length === 0 ? row : { ...row, beside: kept.join('; ') }
})
const readme = join(root, 'README.md')
const text = await readFile(readme, 'utf8')
const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
if (begin === -1 || end < begin) throw new Error(`README.md has no ${BEGIN} … ${END}`)
const block = `${BEGIN}\n\n${heads.map((head) => `Measured: ${head}.`).join('\n')}\n\n${rowsTable(brief)}\n\n`
await writeFile(readme, text.slice(0, begin) + block + text.slice(end))
const bars = wakeBars(rows)
if (bars.length > 0) {
  const picture = drawBars({ title: 'From asleep to the answer (median)', note: heads[0] ?? '', bars })
  await writeFile(join(root, 'docs', 'wake-times.svg'), picture)
}
