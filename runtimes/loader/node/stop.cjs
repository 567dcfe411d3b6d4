'use strict'

const PATIENCE_MS = 4500

/**
 * On SIGTERM: accept nothing more, let running requests end, run the framework's own shutdown, exit with 0. An app that
 * has a handler of its own for the signal decides itself when to exit. Nothing outlives the patience.
 */
exports.stopOnSignal = function stopOnSignal({ front, server, close }) {
  let stopping = false
  const sockets = new Set()
  const busy = new Set()
  front.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      busy.delete(socket)
    })
  })
  server.on('request', (request, response) => {
    // A kept-alive connection ends with the answer that is under way.
    if (stopping) response.setHeader('connection', 'close')
    busy.add(request.socket)
    response.on('close', () => {
      busy.delete(request.socket)
      if (stopping) request.socket.end()
    })
  })
  process.on('SIGTERM', () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(0), PATIENCE_MS).unref()
    const drained = new Promise((resolve) => front.close(resolve))
    for (const socket of sockets) {
      if (!busy.has(socket)) socket.end()
    }
    Promise.all([drained, close ? close() : undefined])
      .catch((error) => console.error(error))
      .then(() => {
        if (process.listenerCount('SIGTERM') === 1) process.exit(0)
      })
  })
}
