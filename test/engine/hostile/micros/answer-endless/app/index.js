const { serve } = require('./attempt.js')

/** What goes out on the connection, past the server's own notion of an answer. */
const answer = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
  const chunk = '10000\r\n' + 'x'.repeat(65536) + '\r\n'
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
    socket.once('drain', more)
  }
  more()
}

module.exports = serve({
  attack: ({ response }) => {
    answer(response.socket)
    return new Promise(() => {})
  },
})
