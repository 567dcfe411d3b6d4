// own-server: starts its own server on $PORT, as a program for any other host would; `run` in micro.yml says how.
import { createServer } from 'node:http'

const port = Number(process.env.PORT ?? 3000)

const server = createServer((request, response) => {
  if (request.url === '/events') {
    streamEvents(response)
    return
  }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ greeting: 'Hello from a server of its own', port, path: request.url }))
})

server.listen(port, () => console.log(`listening on port ${port}`))

process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})

/** Five server-sent events, one a second. */
function streamEvents(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let count = 0
  const timer = setInterval(() => {
    count += 1
    response.write(`data: ${JSON.stringify({ count, time: new Date().toISOString() })}\n\n`)
    if (count === 5) response.end()
  }, 1000)
  response.on('close', () => clearInterval(timer))
}
