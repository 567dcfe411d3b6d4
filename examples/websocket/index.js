// websocket: an exported http.Server; what comes in over a WebSocket at /echo goes back, and everything else gets a page.
const { readFileSync } = require('node:fs')
const { createServer } = require('node:http')
const { join } = require('node:path')
const { WebSocketServer } = require('ws')

const page = readFileSync(join(__dirname, 'public', 'index.html'))

const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  response.end(page)
})

const sockets = new WebSocketServer({ server, path: '/echo', maxPayload: 64 * 1024 })

sockets.on('connection', (socket) => {
  socket.on('error', (error) => console.error('socket failed', error.message))
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})

module.exports = server
