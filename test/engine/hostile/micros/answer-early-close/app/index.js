const { serve } = require('./attempt.js')

/** What goes out on the connection, past the server's own notion of an answer. */
const answer = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this')
  socket.end()
}

module.exports = serve({
  attack: ({ response }) => {
    answer(response.socket)
    return new Promise(() => {})
  },
})
