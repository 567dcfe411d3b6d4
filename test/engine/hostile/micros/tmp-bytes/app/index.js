const fs = require('fs')
const { serve, tryAll } = require('./attempt.js')

const MB = 1024 * 1024

module.exports = serve({
  attack: async () => {
    const file = fs.openSync('/tmp/large', 'w')
    const block = Buffer.alloc(MB, 1)
    let written = 0
    const came = await tryAll({
      'one file': () => {
        for (; written < 1024;) written += fs.writeSync(file, block) / MB
      },
      'two files': () => fs.ftruncateSync(file, 0) ?? fs.writeFileSync('/tmp/other', Buffer.alloc(65 * MB, 1)),
      // It takes no space until it is written to: the promise is bytes on disk.
      sparse: () => fs.truncateSync('/tmp/other', 8 * 1024 * MB),
      filled: () => fs.writeFileSync('/tmp/full', Buffer.alloc(65 * MB, 1)),
    })
    return { ...came, megabytes: Math.round(written) }
  },
})
