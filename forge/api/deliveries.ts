import { ok, type Answer } from '../http/answer.ts'
import { between } from '../http/page.ts'
import { notFound } from '../http/refusal.ts'
import { route, type Call, type Route } from '../http/route.ts'
import { time } from '../shapes/urls.ts'
import { deliveredBefore, deliveryById, type Delivery, type DeliveryResult } from '../state/deliveries.ts'
import { deliveryHeaders } from '../webhooks/post.ts'

const APP = { for: 'app' } as const

/** An App's own deliveries: https://docs.github.com/en/rest/apps/webhooks */
export const deliveryRoutes: readonly Route[] = [
  route('GET /app/hook/deliveries', APP, list),
  route('GET /app/hook/deliveries/:id', APP, (call) => ok(full(call, deliveryIn(call)))),
  route('POST /app/hook/deliveries/:id/attempts', APP, (call) => {
    call.forge.deliveries.repeat(deliveryIn(call))
    return { status: 202, json: {} }
  }),
]

/** The newest first. The cursor is opaque to callers, and here the last id of the page before. */
function list({ forge, query, url }: Call): Answer {
  const size = between(query.get('per_page'), 30, 100)
  const cursor = query.get('cursor')?.replace(/^v1_/, '')
  const found = deliveredBefore(forge.database, cursor === undefined ? undefined : Number(cursor), size + 1)
  const part = found.slice(0, size)
  const last = part.at(-1)
  if (found.length <= size || last === undefined) return ok(part.map(item))
  const next = new URL(url)
  next.searchParams.set('cursor', `v1_${last.id}`)
  return ok(part.map(item), { link: `<${next.href}>; rel="next"` })
}

function deliveryIn({ forge, params }: Call): Delivery {
  const delivery = deliveryById(forge.database, Number(params['id']))
  if (delivery === undefined || delivery.deliveredAtMs === null) throw notFound()
  return delivery
}

function item(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: time(delivery.deliveredAtMs ?? delivery.createdAtMs),
    redelivery: delivery.redelivery === 1,
    duration: (delivery.durationMs ?? 0) / 1000,
    status: delivery.status ?? '',
    status_code: delivery.statusCode ?? 0,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId || null,
    repository_id: delivery.repositoryId || null,
    throttled_at: null,
  }
}

function full({ forge }: Call, delivery: Delivery) {
  const response = JSON.parse(delivery.response ?? '{}') as Partial<DeliveryResult['response']>
  return {
    ...item(delivery),
    url: forge.hook.url,
    request: {
      headers: deliveryHeaders(delivery, forge.hook),
      payload: JSON.parse(delivery.payload) as unknown,
    },
    response: { headers: response.headers ?? {}, payload: response.payload ?? '' },
  }
}
