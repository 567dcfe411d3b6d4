'use strict'

const PATIENCE_MS = 4500
/** For the two sides of an upgraded connection to say goodbye. */
const UPGRADED_MS = 1000

/**
 * On SIGTERM: accept nothing more, let running requests and the work after them end, run the framework's own shutdown, exit with 0. An app that
 * has a handler of its own for the signal decides itself when to exit. Nothing outlives the patience.
 */
exports.stopOnSignal = function stopOnSignal({ front, server, close }) {
  let stopping = false
  /** How many requests are under way on each connection. */
  const connections = new Map()
  front.on('connection', (socket) => {
    connections.set(socket, 0)
    socket.on('close', () => connections.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    // A kept-alive connection ends with the answer that is under way.
    if (stopping && !response.headersSent) response.setHeader('connection', 'close')
    add(socket, 1)
    response.on('close', () => {
      add(socket, -1)
      if (stopping && connections.get(socket) === 0) leave(socket)
    })
  })
  process.on('SIGTERM', () => {
    if (stopping) return
    stopping = true
    setTimeout(giveUp, PATIENCE_MS).unref()
    const drained = new Promise((resolve) => front.close(resolve))
    for (const [socket, requests] of connections) {
      if (requests === 0) leave(socket)
    }
    Promise.all([drained, close ? close() : undefined])
      .catch((error) => console.error(error))
      .then(() => require('/opt/micropush/lib/node/micropush/busy.js').settled())
      .then(() => {
        if (process.listenerCount('SIGTERM') === 1) process.exit(0)
      })
  })

  function add(socket, change) {
    const requests = connections.get(socket)
    if (requests !== undefined) connections.set(socket, requests + change)
  }
}

/** Ends a connection whose requests are answered. Its client need not do the same: an idle one may keep it for minutes. */
function leave(socket) {
  // node:http takes its parser away from a connection that was upgraded.
  if (socket.parser) {
    socket.destroySoon()
  } else {
    socket.end()
    setTimeout(() => socket.destroy(), UPGRADED_MS)
  }
}

function giveUp() {
  process.stderr.write(
    'The app did not end within ' + PATIENCE_MS / 1000 + ' s after SIGTERM: requests or hooks still run\n',
  )
  process.exit(0)
}
