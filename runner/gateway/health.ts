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

/** 200 even while the engine is away: what is awake is served all the same. */
export function sayHealthy(response: ServerResponse, engineConnected: boolean): void {
  const body = `${JSON.stringify({ status: 'ok', engine: engineConnected ? 'connected' : 'away' })}\n`
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
