import { Readable, Transform } from 'node:stream'
import { refusal, type Answer } from '../http/answer.ts'
import { Refusal } from '../http/refusal.ts'
import type { Limited } from '../http/rate.ts'
import type { RequestFault } from './script.ts'

const HOUR_SECONDS = 3600

/** The answer that was ordered in place of the real one. */
export function misbehave({ status = 500, retryAfter, limit }: RequestFault, nowMs: number): Answer {
  if (status !== 403 && status !== 429) {
    return withRetry(refusal(new Refusal(status, status === 404 ? 'Not Found' : 'Ordered to fail')), retryAfter)
  }
  if (limit === 'secondary') {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes.'
    return withRetry(refusal(new Refusal(status, message)), retryAfter)
  }
  const reset = Math.ceil(nowMs / 1000) + (retryAfter ?? HOUR_SECONDS)
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) }
  return { ...refusal(new Refusal(status, 'API rate limit exceeded.')), headers }
}

/** A limit that holds was reached. */
export function tooMany({ message, retryAfter }: Limited): Answer {
  return withRetry(refusal(new Refusal(403, message)), retryAfter)
}

function withRetry(answer: Answer, retryAfter: number | undefined): Answer {
  return retryAfter === undefined ? answer : { ...answer, headers: { 'retry-after': String(retryAfter) } }
}

/** A download whose bytes were ordered. */
export function crafted(fault: RequestFault | undefined): Answer | undefined {
  if (fault?.body === undefined) return undefined
  const headers = { 'content-type': 'application/x-gzip' }
  return { status: 200, headers, stream: Readable.from([Buffer.from(fault.body, 'base64')]) }
}

/** Ends a download in the middle, by breaking the connection, when a fault says so. */
export function cut(answer: Answer, fault: RequestFault | undefined): Answer {
  const limit = fault?.cutAfterBytes
  if (limit === undefined || answer.stream === undefined) return answer
  let bytes = 0
  const cutter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const rest = limit - bytes
      bytes += chunk.length
      if (chunk.length <= rest) return done(null, chunk)
      this.push(chunk.subarray(0, Math.max(0, rest)))
      setImmediate(() => done(new Error('cut as ordered')))
    },
  })
  answer.stream.on('error', (error) => cutter.destroy(error))
  return { ...answer, stream: answer.stream.pipe(cutter) }
}
