import { ReplyReader } from '../../../../../runner/gateway/upstream/wire/reply-reader.ts'
import type { WireHead } from '../../../../../runner/gateway/upstream/wire/reply-head-text.ts'
import type { Reading } from './llhttp.ts'

export interface OurReading extends Reading {
  /** Whether another request might go over the same connection. */
  readonly reusable: boolean
}

/** Our own reader. Each piece comes in the same memory, as it does from a socket. */
export function readByOurs(pieces: readonly Buffer[], method: 'GET' | 'HEAD'): OurReading {
  const informational: number[] = []
  let verdict: Reading['verdict'] | undefined
  let head: WireHead | undefined
  let trailers: readonly string[] = []
  let body = ''
  const told: string[] = []
  const reader = new ReplyReader(
    {
      onInformation: ({ status }) => informational.push(status),
      onHead: (got) => {
        told.push('head')
        head = got
      },
      onData: (bytes) => {
        if (told.at(-1) !== 'head') throw new Error(`bytes of a body after ${told.at(-1)}`)
        body += bytes.toString('latin1')
      },
      onEnd: (got) => {
        told.push('end')
        verdict = 'whole'
        trailers = got
      },
      onUpgrade: (got) => {
        told.push('upgrade')
        verdict = 'upgrade'
        head = got
      },
      onInvalid: () => {
        told.push('invalid')
        verdict = 'broken'
      },
    },
    { bodiless: method === 'HEAD', headBytes: 32_768 },
  )
  const memory = Buffer.alloc(65_536)
  for (const piece of pieces) {
    piece.copy(memory)
    reader.take(memory.subarray(0, piece.length))
    memory.fill(0x21, 0, piece.length)
  }
  const { reusable } = reader
  reader.end()
  if (told.filter((what) => what !== 'head').length > 1) throw new Error(`told too much: ${told.join(', ')}`)
  return {
    verdict: verdict ?? 'broken',
    reusable,
    informational,
    status: head?.status,
    fields: head?.rawHeaders ?? [],
    body,
    trailers,
  }
}
