import { route, type Route } from '../../http/route.ts'
import { pingEvent } from '../../webhooks/ping-event.ts'

/** Sends what GitHub sends when an App's webhook is made. */
export const pingRoutes: readonly Route[] = [
  route('POST /_ping', { for: 'person' }, ({ forge }) => {
    const id = forge.deliveries.store({ name: 'ping', payload: pingEvent(forge) })
    // The result is recorded; nobody waits for it.
    if (id !== undefined) void forge.deliveries.send(id)
    return { status: 204 }
  }),
]
