import { faultScript } from '../../faults/script.ts'
import { ok } from '../../http/answer.ts'
import { parseBody } from '../../http/parse.ts'
import { rateOrder } from '../../http/rate.ts'
import { route, type Route } from '../../http/route.ts'

const PERSON = { for: 'person' } as const

/** Orders to misbehave (see `faultScript`), what was done of them, and the limits that hold. */
export const faultRoutes: readonly Route[] = [
  route('POST /_faults', PERSON, ({ forge, body }) => {
    forge.faults.add(parseBody('Faults', faultScript, body))
    return ok(forge.faults.list())
  }),
  route('GET /_faults', PERSON, ({ forge }) => ok(forge.faults.list())),
  route('DELETE /_faults', PERSON, ({ forge }) => {
    forge.faults.clear()
    return { status: 204 }
  }),
  route('GET /_faults/done', PERSON, ({ forge }) => ok(forge.faults.done())),
  route('DELETE /_faults/done', PERSON, ({ forge }) => {
    forge.faults.forgetDone()
    return { status: 204 }
  }),
  route('PUT /_rate', PERSON, ({ forge, body }) => {
    forge.rates.enforce(parseBody('Rate', rateOrder, body))
    return { status: 204 }
  }),
  route('DELETE /_rate', PERSON, ({ forge }) => {
    forge.rates.enforce(undefined)
    return { status: 204 }
  }),
]
