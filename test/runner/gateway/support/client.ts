import { request, type Agent, type IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { HOST, type Stage } from './stage.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: string[]
  readonly body: string
}

interface Ask {
  readonly method?: string
  readonly path?: string
  readonly host?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
  readonly agent?: Agent
}

/** One ordinary request. */
export function ask(stage: Pick<Stage, 'port'>, of: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port: stage.port,
      method: of.method ?? 'GET',
      path: of.path ?? '/',
      headers: { host: of.host ?? HOST, ...of.headers },
      ...(of.agent === undefined ? { agent: false } : { agent: of.agent }),
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          rawHeaders: incoming.rawHeaders,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    outgoing.end(of.body)
  })
}

/** The `error` of an answer that is the gateway's own. */
export function errorOf(answer: Pick<Answer, 'body'>): string {
  return (JSON.parse(answer.body) as { error: string }).error
}

/** Sends bytes and gives back all that comes until the connection ends. */
export function raw(
  stage: Pick<Stage, 'port'>,
  bytes: string,
  options: { readonly halfClose?: boolean } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: stage.port, allowHalfOpen: true })
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', () => undefined)
    socket.once('end', () => socket.end())
    socket.once('close', () => resolve(text))
    if (options.halfClose === true) socket.end(bytes, 'latin1')
    else socket.write(bytes, 'latin1')
  })
}

/** A connection to play with, which remembers what it received. */
export class RawClient {
  readonly socket: Socket
  text = ''
  readonly #waiting = new Set<() => void>()

  constructor(stage: Pick<Stage, 'port'>) {
    this.socket = connect({ host: '127.0.0.1', port: stage.port, allowHalfOpen: true })
    this.socket.setEncoding('latin1')
    this.socket.on('data', (chunk: string) => {
      this.text += chunk
      this.#wake()
    })
    this.socket.on('error', () => undefined)
    this.socket.once('end', () => this.socket.end())
    this.socket.once('close', () => this.#wake())
  }

  async sees(words: string): Promise<void> {
    while (!this.text.includes(words)) {
      if (this.socket.destroyed) throw new Error(`closed before "${words}": ${this.text}`)
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
      })
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
