const { serve } = require('./attempt.js')

/** What goes out on the connection, past the server's own notion of an answer. */
const answer = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n')
  // Slower than anybody waits for, and never quite silent.
  const drop = setInterval(() => socket.write('x'), 1500)
  socket.on('close', () => clearInterval(drop))
}

module.exports = serve({
  attack: ({ response }) => {
    answer(response.socket)
    return new Promise(() => {})
  },
})
