import type { ServerResponse } from 'node:http'
import type { RequestHead } from './request/request-head.ts'

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a load balancer or the bot asks how the gateway is: `GET /healthz` at the bare domain or at loopback, where no micro lives. */
export function isHealthCheck(head: RequestHead, bareDomain: string): boolean {
  return (
    head.path === '/healthz' &&
    (head.method === 'GET' || head.method === 'HEAD') &&
    (head.host === bareDomain || loopbackNames.has(head.host))
  )
}

/** How many processes share the port, and how many of them are there. */
export interface Processes {
  readonly wanted: number
  readonly running: number
}

interface Standing {
  readonly engineConnected: boolean
  readonly processes: Processes | undefined
}

/** 200 even while the engine or another process is away: what is awake is served all the same. */
export function sayHealthy(response: ServerResponse, { engineConnected, processes }: Standing): void {
  const isWhole = processes === undefined || processes.running === processes.wanted
  const engine = engineConnected ? 'connected' : 'away'
  const body = `${JSON.stringify({ status: isWhole ? 'ok' : 'degraded', engine, processes })}\n`
  response.writeHead(200, [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
  ])
  response.end(body)
}
