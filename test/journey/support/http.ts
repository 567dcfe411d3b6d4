import { request, type Agent } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

export interface Ask {
  readonly port: number
  readonly host: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
  /** Connections to be kept; one of its own when absent. */
  readonly agent?: Agent
  /** A minute when absent. */
  readonly timeoutMs?: number
}

/** One request to the gateway under a host name. */
export async function ask(what: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: what.port,
        path: what.path ?? '/',
        method: what.method ?? 'GET',
        headers: { host: what.host, ...what.headers },
        agent: what.agent ?? false,
        timeout: what.timeoutMs ?? 60_000,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    call.on('timeout', () => call.destroy(new Error(`no answer from ${what.host} in time`)))
    call.on('error', reject)
    call.end(what.body)
  })
}
