const { serve } = require('./attempt.js')

const block = Buffer.alloc(64 * 1024, 'x')
let left = 1600

module.exports = serve({
  attack: async () => {
    const flood = () => {
      left -= 1
      if (left > 0) process.stdout.write(block, () => setImmediate(flood))
    }
    flood()
  },
  left: async () => left,
})
