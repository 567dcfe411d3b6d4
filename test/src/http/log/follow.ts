import { get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'

export interface Event {
  readonly event: string
  readonly id: string | undefined
  readonly data: unknown
}

export interface Followed extends AsyncDisposable {
  readonly response: IncomingMessage
  /** Events as they come, until the stream ends. */
  events(): AsyncGenerator<Event>
}

/** All that come from now on. */
export async function collect(events: AsyncIterable<Event>): Promise<Event[]> {
  const all: Event[] = []
  for await (const event of events) all.push(event)
  return all
}

/** Follows server-sent events as a browser does: `after` is what it sends when it connects again. */
export async function follow(url: string, after?: string): Promise<Followed> {
  const headers = after === undefined ? {} : { 'last-event-id': after }
  const request = get(url, { headers, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  // The cut of this end.
  response.on('error', () => {})
  const closed = new Promise((resolve) => response.once('close', resolve))
  return {
    response,
    events: () => parse(response),
    async [Symbol.asyncDispose]() {
      request.destroy()
      await closed
    },
  }
}

async function* parse(response: IncomingMessage): AsyncGenerator<Event> {
  let rest = ''
  response.setEncoding('utf8')
  for await (const chunk of response.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.split(': ', 1)[0], line.replace(/^\w*: ?/, '')]))
      const event = fields.get('event')
      if (event !== undefined) yield { event, id: fields.get('id'), data: JSON.parse(fields.get('data') ?? '') }
    }
  }
}
