const { serve } = require('./attempt.js')

module.exports = serve({
  // A byte well within its time between two, and never the last one.
  attack: ({ response }) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' })
    const drip = setInterval(() => response.write('x'), 500)
    response.once('close', () => clearInterval(drip))
    return new Promise(() => {})
  },
})
