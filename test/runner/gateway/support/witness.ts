import { stageWith, type Stage } from './stage.ts'

/** What a micro was asked. */
interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: NodeJS.Dict<string | string[]>
  /** The body; undefined while it is not whole. */
  body: string | undefined
}

/** A micro that remembers every request it gets, whole or not. */
export async function witness(
  options: Parameters<typeof stageWith>[1] = {},
): Promise<{ readonly stage: Stage; readonly seen: Seen[] }> {
  const seen: Seen[] = []
  const stage = await stageWith((request, response) => {
    const entry: Seen = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: undefined,
    }
    seen.push(entry)
    let body = ''
    request.setEncoding('latin1')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      entry.body = body
      response.end('ok')
    })
  }, options)
  return { stage, seen }
}

/** The statuses of all answers in what a connection received. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}
