'use strict'

/** A listener for node:http that serves an object with the web's `fetch(request)`. */
exports.fetchListener = function fetchListener(app) {
  return (incoming, outgoing) => {
    answer(app, incoming, outgoing).catch((error) => {
      console.error(error)
      if (!outgoing.headersSent) {
        outgoing.writeHead(500, { 'content-type': 'text/plain' })
        outgoing.end('Internal Server Error\n')
      } else {
        outgoing.destroy(error)
      }
    })
  }
}

/** The third argument of `fetch`, as on other platforms. Our library is not loaded before somebody asks for it. */
const executionContext = {
  waitUntil: (work) => require('/opt/micropush/lib/node/micropush').waitUntil(work),
  passThroughOnException() {},
}

async function answer(app, incoming, outgoing) {
  const aborter = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) aborter.abort()
  })
  const request = toRequest(incoming, aborter.signal)
  const response = await app.fetch(request, { incoming, outgoing }, executionContext)
  if (outgoing.destroyed) {
    if (response.body) await response.body.cancel()
    return
  }
  outgoing.writeHead(response.status, response.statusText || undefined, toHeaders(response.headers))
  if (incoming.method === 'HEAD' || !response.body) {
    if (response.body) await response.body.cancel()
    outgoing.end()
    return
  }
  await send(response.body, outgoing)
}

function toRequest(incoming, signal) {
  const headers = new Headers()
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at], incoming.rawHeaders[at + 1])
  }
  const scheme = String(incoming.headers['x-forwarded-proto'] || 'http')
    .split(',')[0]
    .trim()
  const host = incoming.headers['x-forwarded-host'] || incoming.headers.host || 'localhost'
  const target = incoming.url.startsWith('/') ? incoming.url : '/'
  const url = new URL(scheme + '://' + host + target)
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD'
  const init = { method: incoming.method, headers, signal }
  if (hasBody) Object.assign(init, { body: toStream(incoming), duplex: 'half' })
  return new Request(url, init)
}

/** Pulled by the app, so that what it does not read is not read from the socket either. */
function toStream(incoming) {
  const chunks = incoming[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    },
    cancel() {
      incoming.resume()
    },
  })
}

function toHeaders(headers) {
  const out = {}
  for (const [name, value] of headers) {
    if (name !== 'set-cookie') out[name] = value
  }
  const cookies = headers.getSetCookie ? headers.getSetCookie() : [headers.get('set-cookie')].filter(Boolean)
  if (cookies.length > 0) out['set-cookie'] = cookies
  return out
}

async function send(body, outgoing) {
  const reader = body.getReader()
  const gone = new Promise((resolve) => outgoing.once('close', resolve))
  // The reader is not left waiting for an app that streams for ever to nobody.
  gone.then(() => reader.cancel().catch(() => {}))
  outgoing.flushHeaders()
  for (;;) {
    const { done, value } = await reader.read()
    if (outgoing.destroyed) return
    if (done) break
    if (!outgoing.write(value)) await Promise.race([new Promise((resolve) => outgoing.once('drain', resolve)), gone])
  }
  outgoing.end()
}
