const fs = require('fs')
const net = require('net')
const { serve } = require('./attempt.js')

const OWN = '/run/micropush/app.sock'

module.exports = serve({
  attack: async ({ searchParams }) => {
    fs.unlinkSync(OWN)
    require('child_process').execFileSync('mkfifo', [OWN])
    return fs.lstatSync(OWN).isFIFO()
  },
})
