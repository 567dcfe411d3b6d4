import { z } from 'zod'

const milliseconds = z.number().int().min(0).max(600_000)
/** Characters of a crafted download: 3 MB as base64, which fits into the 5 MB that a request's body may have. */
const BODY_CHARACTERS = 4 * 1024 * 1024
const pattern = z.string().max(300).refine(isPattern, 'must be a regular expression')

/** When an order holds: for the next `times` that match, each with a probability if one is given; the same for the same seed. */
const often = {
  /** 1 unless given; without bound where there is a probability. */
  times: z.number().int().min(1).max(1_000_000).optional(),
  probability: z.number().gt(0).max(1).optional(),
  seed: z.number().int().default(1),
}

/**
 * The script of `POST /api/v3/_faults`: each order holds for the next `times` events or requests that match, and is used up then.
 *
 * deliveries: `duplicate` sends each twice, `delayMs` apart · `reorder` holds `times` deliveries (or `window`, where there is a
 * probability) and sends them last first, at the latest after `delayMs` · `delay` waits `delayMs` · `drop` records a failed
 * delivery that was never sent · `lose` forgets it, so that not even the list of deliveries has it.
 *
 * requests: `path` is a regular expression over the path after `/api/v3` (downloads are under `/_codeload`). `status` is answered
 * in place of the real answer, with `retryAfter` seconds if given; `limit: 'primary'` makes a 403 or 429 the one of a used-up
 * hour. `delayMs` waits first; `cutAfterBytes` cuts a download; `body` (base64) is served with status 200 in place of a download,
 * for archives that git would not make. `hangUp` breaks the connection, `before` the request is served or `after`, when it is done
 * and nobody knows.
 */
export const faultScript = z.strictObject({
  deliveries: z
    .array(
      z.strictObject({
        action: z.enum(['duplicate', 'reorder', 'delay', 'drop', 'lose']),
        event: z.string().optional(),
        delayMs: milliseconds.default(0),
        window: z.number().int().min(2).max(100).default(3),
        ...often,
      }),
    )
    .default([]),
  requests: z
    .array(
      z.strictObject({
        method: z.string().toUpperCase().optional(),
        path: pattern.default(''),
        status: z.number().int().min(400).max(599).optional(),
        retryAfter: z.number().int().min(0).optional(),
        limit: z.enum(['primary', 'secondary']).default('secondary'),
        delayMs: milliseconds.default(0),
        cutAfterBytes: z.number().int().min(0).optional(),
        body: z.base64().max(BODY_CHARACTERS).optional(),
        hangUp: z.enum(['before', 'after']).optional(),
        ...often,
      }),
    )
    .default([]),
})

export type FaultScript = z.infer<typeof faultScript>
export type DeliveryFault = Readonly<FaultScript['deliveries'][number]>
export type RequestFault = Readonly<FaultScript['requests'][number]>

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}
