import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { createPrinter } from '../../../cli/logs/print-lines.ts'
import type { AppLine } from '../../../contract/app-log.ts'

const atMs = Date.parse('2026-11-24T09:00:00.123Z')
const hostile: AppLine = { atMs, stream: 'err', text: '\u001b]0;owned\u0007\u001b[2Jboo\r' }

it('prints plain lines into a file, whatever they hold', async () => {
  const output = new PassThrough()
  await createPrinter(output).print([hostile])
  output.end()
  expect(await text(output)).toBe('2026-11-24 09:00:00.123 err  boo\n')
})

it('waits for a slow reader, and stops when there is none any more', async () => {
  const output = new PassThrough({ highWaterMark: 10 })
  const printer = createPrinter(output)
  const printed = printer.print([hostile])
  expect(await Promise.race([printed.then(() => 'done'), Promise.resolve('waits')])).toBe('waits')
  output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await printed
  expect(printer.closed.aborted).toBe(true)
})
