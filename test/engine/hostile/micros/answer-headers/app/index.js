const { serve } = require('./attempt.js')

/** What goes out on the connection, past the server's own notion of an answer. */
const answer = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\n')
  for (let count = 0; count < 160; count += 1) socket.write('X-Large-' + count + ': ' + 'x'.repeat(64 * 1024) + '\r\n')
  socket.write('Content-Length: 2\r\n\r\nok')
}

module.exports = serve({
  attack: ({ response }) => {
    answer(response.socket)
    return new Promise(() => {})
  },
})
