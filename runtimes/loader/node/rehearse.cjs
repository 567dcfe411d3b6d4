'use strict'
const net = require('net')
const { Server } = require('http')
const { drawAll } = require('./restored.cjs')

/** In the sandbox's own folder; it is gone again before the process is put on disk. */
const SOCKET = '/run/micropush/rehearsal.sock'
const REQUESTS = 3
const originalEmit = Server.prototype.emit

/**
 * Does what will be done after the process was brought back, listening and answering included, so that Node has loaded and compiled it when its memory
 * is put on disk. The app sees nothing of it; where it watches servers, nothing is rehearsed.
 */
exports.rehearse = async function rehearse() {
  drawAll()
  if (isWatched()) return
  const server = new Server((request, response) => response.end('rehearsed'))
  await new Promise((resolve) => server.listen({ path: SOCKET, backlog: 16 }, resolve))
  for (let n = 0; n < REQUESTS; n++) await ask()
  await new Promise((resolve) => server.close(resolve))
}

function isWatched() {
  if (Server.prototype.emit !== originalEmit) return true
  try {
    return require('diagnostics_channel').hasSubscribers('http.server.request.start')
  } catch {
    // A Node that has no such module.
    return false
  }
}

function ask() {
  return new Promise((resolve, reject) => {
    const socket = net.connect(SOCKET)
    socket.on('error', reject)
    socket.on('close', resolve)
    socket.resume()
    socket.write('GET /?a=1 HTTP/1.1\r\nhost: micro\r\naccept: */*\r\nconnection: close\r\n\r\n')
  })
}
