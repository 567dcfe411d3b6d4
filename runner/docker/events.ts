import { createInterface } from 'node:readline'
import { z } from 'zod'
import type Docker from 'dockerode'

const containerEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
  timeNano: z.number(),
})

export interface ContainerEvent {
  readonly action: string
  readonly containerId: string
  /** The container's labels, and what the event adds, such as `exitCode`. */
  readonly attributes: Readonly<Record<string, string>>
}

interface Subscription {
  readonly labels: readonly string[]
  readonly actions: readonly string[]
  readonly signal: AbortSignal
  /** The daemon listens: whatever happens from now on is told. */
  readonly onSubscribed: () => void
}

/** Docker's events about labelled containers, until the connection ends or the signal aborts. */
export async function* containerEvents(docker: Docker, subscription: Subscription): AsyncGenerator<ContainerEvent> {
  const stream = (await docker.getEvents({
    filters: { type: ['container'], label: [...subscription.labels], event: [...subscription.actions] },
    abortSignal: subscription.signal,
  })) as NodeJS.ReadableStream & { destroy(): void }
  subscription.onSubscribed()
  try {
    for await (const line of createInterface({ input: stream })) {
      const event = containerEvent.safeParse(JSON.parse(line))
      if (!event.success) continue
      const { Action, Actor } = event.data
      yield { action: Action, containerId: Actor.ID, attributes: Actor.Attributes }
    }
  } finally {
    stream.destroy()
  }
}
