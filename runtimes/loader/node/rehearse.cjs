'use strict'
const net = require('net')
const { Server } = require('http')

/** In the sandbox's own folder; it is gone again before the app is imported, or the process put on disk. */
const SOCKET = '/run/micropush/rehearsal.sock'
const REQUESTS = 3
const originalEmit = Server.prototype.emit

/**
 * Listens and answers, so that Node has loaded and compiled what that takes before somebody waits: a first answer takes 4 ms, one that was rehearsed 1 ms.
 * The app sees nothing of it; where it watches servers, nothing is rehearsed. Rejects when it cannot be done; nothing is left of it then either.
 */
exports.rehearse = async function rehearse(path = SOCKET) {
  if (isWatched()) return
  const server = new Server((request, response) => response.end('rehearsed'))
  await new Promise((resolve, reject) => {
    // Without somebody who listens for it, it would end the process.
    server.once('error', reject)
    server.listen({ path, backlog: 16 }, resolve)
  })
  try {
    for (let n = 0; n < REQUESTS; n++) await ask(path)
  } catch (error) {
    server.close()
    throw error
  }
  await new Promise((resolve) => server.close(resolve))
}

function isWatched() {
  // It may have loaded something that would see all of this.
  if (process.env.NODE_OPTIONS) return true
  if (Server.prototype.emit !== originalEmit) return true
  try {
    return require('diagnostics_channel').hasSubscribers('http.server.request.start')
  } catch {
    // A Node that has no such module.
    return false
  }
}

function ask(path) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path)
    socket.on('error', reject)
    socket.on('close', resolve)
    socket.resume()
    socket.write('GET /?a=1 HTTP/1.1\r\nhost: micro\r\naccept: */*\r\nconnection: close\r\n\r\n')
  })
}
