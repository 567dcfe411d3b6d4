const fs = require('fs')
const { serve, tryAll } = require('./attempt.js')

module.exports = serve({
  reads: () =>
    tryAll({
      name: () => fs.readFileSync('/proc/1/comm', 'utf8').trim(),
      arguments: () => fs.readFileSync('/proc/1/cmdline', 'utf8'),
      memory: () => fs.closeSync(fs.openSync('/proc/1/mem', 'r+')),
      root: () => void fs.readdirSync('/proc/1/root'),
      'working folder': () => void fs.readdirSync('/proc/1/cwd'),
      descriptors: () => void fs.readdirSync('/proc/1/fd'),
      environment: () => fs.readFileSync('/proc/1/environ', 'utf8'),
    }),
  kills: () =>
    tryAll({
      SIGSTOP: () => void process.kill(1, 'SIGSTOP'),
      SIGKILL: () => void process.kill(1, 'SIGKILL'),
      everybody: () => void process.kill(-1, 'SIGWINCH'),
    }),
})
