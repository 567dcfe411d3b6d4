import { z } from 'zod'
import { keepApp } from '../auth/credentials.ts'
import type { Forge } from '../forge.ts'
import { created, ok, type Answer } from '../http/answer.ts'
import { parseBody } from '../http/parse.ts'
import { notFound } from '../http/refusal.ts'
import { route, type Call, type Route } from '../http/route.ts'
import { appShape } from '../shapes/account.ts'

const APP = { for: 'app' } as const

const change = z.object({
  url: z.url().optional(),
  content_type: z.string().optional(),
  secret: z.string().min(1).optional(),
  insecure_ssl: z.union([z.string(), z.number()]).optional(),
})

/** The key of an App that a manifest made, and its webhook: https://docs.github.com/en/rest/apps */
export const manifestRoutes: readonly Route[] = [
  route('POST /app-manifests/:code/conversions', { for: 'everyone' }, convert),
  route('GET /app/hook/config', APP, ({ forge }) => ok(hookShape(forge))),
  route('PATCH /app/hook/config', APP, async ({ forge, body }) => {
    const { url, secret } = parseBody('Hook', change, body)
    Object.assign(forge.hook, {
      ...(url === undefined ? {} : { url }),
      ...(secret === undefined ? {} : { secret }),
    })
    Object.assign(forge.app, { webhookUrl: forge.hook.url, webhookSecret: forge.hook.secret })
    await keepApp(forge.dataDir, forge.app)
    return ok(hookShape(forge))
  }),
]

function convert({ forge, params }: Call): Answer {
  const conversion = forge.codes.take(params['code'] ?? '')
  if (conversion === undefined) throw notFound()
  const { pem, clientSecret } = conversion
  return created({ ...appShape(forge), client_secret: clientSecret, webhook_secret: forge.hook.secret, pem })
}

function hookShape({ hook }: Forge) {
  return { content_type: 'json', insecure_ssl: '0', secret: '********', url: hook.url }
}
