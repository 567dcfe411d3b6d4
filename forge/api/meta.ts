import { ok } from '../http/answer.ts'
import { route, type Route } from '../http/route.ts'

const EVERYONE = { for: 'everyone' } as const

/** The forge about itself. */
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
]
