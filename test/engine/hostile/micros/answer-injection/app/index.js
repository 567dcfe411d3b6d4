const { serve } = require('./attempt.js')

/** What goes out on the connection, past the server's own notion of an answer. */
const answer = (socket) => {
  socket.write(
    'HTTP/1.1 200 OK\r\nX-Name: one\rX-Injected: two\r\nX-Folded: a\r\n b\r\nSet-Cookie: session=stolen; Domain=localhost\r\nContent-Length: 2\r\n\r\nok',
  )
}

module.exports = serve({
  attack: ({ response }) => {
    answer(response.socket)
    return new Promise(() => {})
  },
})
