const { serve } = require('./attempt.js')

module.exports = serve({
  attack: () => {
    const kept = []
    for (;;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1))
  },
})
