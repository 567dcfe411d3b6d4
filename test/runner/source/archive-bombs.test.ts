import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { base256, fetching, MB, TOP } from './hostile-stage.ts'
import { paxRecords, rawEntry } from './raw-tar.ts'

describe('counting stops early', () => {
  /** Sends what `make` gives for 0, 1, 2, … through gzip, and tells how much was made before the other side hung up. */
  function endless(make: (at: number) => Buffer, most: number) {
    const made = { count: 0, bytes: 0 }
    const answer = (response: ServerResponse) => {
      const source = Readable.from(
        (function* () {
          for (; made.count < most; made.count += 1) {
            const bytes = make(made.count)
            made.bytes += bytes.length
            yield bytes
          }
        })(),
      )
      const stream = source.pipe(createGzip({ level: 1 }))
      stream.pipe(response)
      void once(response, 'close').then(() => {
        source.destroy()
        stream.destroy()
      })
    }
    return { made, answer }
  }
  const entry = (name: string, content = '') => rawEntry({ name, content })

  it('an archive of ten million empty files ends with the first that is too many', async () => {
    const bomb = endless((at) => entry(`${TOP}/f${at}`), 10_000_000)
    await fetching(bomb.answer, ({ error }) => {
      expect(error).toMatchObject({ code: 'source-too-many-entries' })
      // What pipes and zlib have read ahead is all that is more than the bound of 100.
      expect(bomb.made.count).toBeLessThan(100_000)
    })
  })

  it('ten million files beside the folder of the micro end the stream too', { timeout: 60_000 }, async () => {
    const batch = (at: number) =>
      Buffer.concat(Array.from({ length: 1000 }, (_, of) => entry(`${TOP}/other/${at * 1000 + of}`)))
    const bomb = endless(batch, 10_000)
    await fetching(
      bomb.answer,
      ({ error }) => {
        expect(error).toMatchObject({ code: 'source-too-large' })
        expect(bomb.made.count).toBeLessThan(1000)
      },
      { folder: 'api' },
    )
  })

  it('a million nested folders end with the first that is too deep', async () => {
    let path = TOP
    const bomb = endless(() => entry((path += '/d')), 1_000_000)
    await fetching(bomb.answer, ({ error }) => {
      expect(error).toMatchObject({ code: expect.stringMatching(/source-(unsafe|too-many-entries|damaged)/) as string })
      expect(bomb.made.count).toBeLessThan(100_000)
    })
  })

  it('headers that are followed by no file count as bytes', async () => {
    const header = rawEntry({ name: 'pax', type: 'x', content: paxRecords({ comment: 'x'.repeat(400) }) })
    const bomb = endless(() => header, 10_000_000)
    await fetching(bomb.answer, ({ error }) => {
      expect(error).toMatchObject({ code: 'source-too-large' })
      expect(bomb.made.bytes).toBeLessThan(64 * MB)
    })
  })

  it('a terabyte of zeros in one file is refused before a byte of it is written', async () => {
    const head = rawEntry({ name: `${TOP}/zeros`, size: base256(1024n ** 4n) })
    const zeros = Buffer.alloc(MB)
    const bomb = endless((at) => (at === 0 ? head : zeros), 1024 * 1024)
    const memory = process.memoryUsage().rss
    await fetching(bomb.answer, ({ error, tookMs }) => {
      expect(error).toMatchObject({ code: 'source-too-large' })
      expect(bomb.made.bytes).toBeLessThan(64 * MB)
      expect(tookMs).toBeLessThan(5000)
      expect(process.memoryUsage().rss - memory).toBeLessThan(256 * MB)
    })
  })
})
