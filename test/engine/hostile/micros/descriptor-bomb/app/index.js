const fs = require('fs')
const { serve } = require('./attempt.js')

module.exports = serve({
  attack: async () => {
    const open = []
    let then = 'nothing'
    try {
      while (open.length < 100_000) open.push(fs.openSync('/dev/null', 'r'))
    } catch (error) {
      then = error.code
    }
    const opened = open.length
    for (const file of open) fs.closeSync(file)
    return { opened, then }
  },
})
