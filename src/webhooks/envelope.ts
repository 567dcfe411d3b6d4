import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'

/**
 * GitHub's names of events are words such as `pull_request`, its ids of deliveries are GUIDs:
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers. `error` is Probot's own event, by which it would
 * write the payload into the log.
 */
const eventName = /^(?!error$|constructor$)[a-z][a-z0-9_]{0,99}$/
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Names become parts of addresses, in which others than GitHub's own would lead elsewhere. */
const login = z.string().regex(/^[\w-]{1,100}$/)
const repositoryName = z.string().regex(/^(?!\.+$)[\w.-]{1,100}$/)

/**
 * What is the same in all of them. Where the action is no text or the installation no number, Probot answers 500 before it hands an event
 * on, as if we were at fault.
 */
const payload = z.looseObject({
  action: z.string().nullish(),
  installation: z.looseObject({ id: z.number().int().positive() }).nullish(),
  repository: z
    .looseObject({
      name: repositoryName,
      owner: z.looseObject({ login: login.nullish(), name: login.nullish() }).nullish(),
    })
    .nullish(),
})

/**
 * Whether a delivery has the form that GitHub's have, whatever it tells.
 *
 * @returns what is wrong with it, in a sentence, or undefined.
 */
export function faultOfEnvelope(headers: IncomingHttpHeaders, raw: Buffer): string | undefined {
  if (!eventName.test(String(headers['x-github-event']))) return 'The header x-github-event names no event.'
  if (!guid.test(String(headers['x-github-delivery']))) return 'The header x-github-delivery is no GUID.'
  const json = parse(raw)
  if (json === undefined) return 'The body is no JSON.'
  const parsed = payload.safeParse(json)
  if (parsed.success) return undefined
  return `The body is no payload of GitHub's: ${parsed.error.issues[0]?.path.join('.') ?? ''} has another form.`
}

function parse(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
