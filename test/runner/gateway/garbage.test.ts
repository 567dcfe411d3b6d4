import type { IncomingMessage, ServerResponse } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { Call } from '../../../runner/gateway/request/call.ts'
import { BodyPump } from '../../../runner/gateway/request/request-body.ts'
import { ReplyPump } from '../../../runner/gateway/upstream/reply-body.ts'

setFlagsFromString('--expose-gc')
/** Node knows it only with that flag, which is set after its start here. */
const collect = runInNewContext('gc') as (of: { readonly type: 'minor' }) => void

const nothing = (): void => {}

function bodyPump(request: IncomingMessage): object {
  const call = { request, head: { body: { kind: 'none' } } } as Call
  return new BodyPump(call, { maximumBytes: 1, maximumTrailers: 1, onProgress: nothing, onTooLarge: nothing })
}

function replyPump(request: IncomingMessage): object {
  return new ReplyPump(request as unknown as ServerResponse, {
    maximumBytes: 1,
    mayLinger: false,
    onProgress: nothing,
    onBlocked: nothing,
    onUnblocked: nothing,
    onTooLarge: nothing,
  })
}

function literalWithGetter(request: IncomingMessage): object {
  return {
    get request() {
      return request
    },
  }
}

/** How much of what a request held is still there after the small garbage collections that most of the time are all there is. */
function heldBytes(make: (request: IncomingMessage) => object): number {
  const requests = 1000
  const request = (nth: number): IncomingMessage =>
    ({ rawHeaders: Array.from({ length: 500 }, () => nth) }) as unknown as IncomingMessage
  const some = (): void => {
    for (let nth = 0; nth < requests; nth += 1) make(request(nth))
    collect({ type: 'minor' })
    collect({ type: 'minor' })
  }
  some()
  const before = process.memoryUsage().heapUsed
  some()
  return (process.memoryUsage().heapUsed - before) / requests
}

it.each([bodyPump, replyPump])('a request is free again at the next small garbage collection: %o', (make) => {
  expect(heldBytes(make)).toBeLessThan(500)
})

it('an object literal with a getter keeps all that it leads to until a full one', () => {
  expect(heldBytes(literalWithGetter)).toBeGreaterThan(2000)
})
