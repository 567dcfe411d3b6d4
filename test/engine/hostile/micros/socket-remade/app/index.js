const fs = require('fs')
const net = require('net')
const { serve } = require('./attempt.js')

const OWN = '/run/micropush/app.sock'

module.exports = serve({
  attack: async ({ searchParams }) => {
    fs.unlinkSync(OWN)
    const impostor = net.createServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nimpostor'))
    await new Promise((resolve) => impostor.listen(OWN, resolve))
    return fs.lstatSync(OWN).isSocket()
  },
})
