import { faultScript } from '../faults/faults.ts'
import { ok } from '../http/answer.ts'
import { parseBody } from '../http/parse.ts'
import { route, type Route } from '../http/route.ts'

const EVERYONE = { for: 'everyone' } as const
const PERSON = { for: 'person' } as const

/** The forge about itself, and the orders to misbehave (see `faultScript`), which GitHub has not. */
export const metaRoutes: readonly Route[] = [
  route('GET /', EVERYONE, ({ forge }) => {
    return ok({ current_user_url: `${forge.urls.api}/user`, repository_url: `${forge.urls.api}/repos/{owner}/{repo}` })
  }),
  route('GET /meta', EVERYONE, () => {
    const loopback = ['127.0.0.0/8']
    return ok({
      verifiable_password_authentication: false,
      hooks: loopback,
      web: loopback,
      api: loopback,
      git: loopback,
    })
  }),
  route('GET /rate_limit', EVERYONE, ({ forge, caller }) => {
    const rate = forge.rates.of(caller, forge.clock())
    return ok({ resources: { core: rate, search: rate }, rate })
  }),
  route('POST /_faults', PERSON, ({ forge, body }) => {
    forge.faults.add(parseBody('Faults', faultScript, body))
    return ok(forge.faults.list())
  }),
  route('GET /_faults', PERSON, ({ forge }) => ok(forge.faults.list())),
  route('DELETE /_faults', PERSON, ({ forge }) => {
    forge.faults.clear()
    return { status: 204 }
  }),
]
