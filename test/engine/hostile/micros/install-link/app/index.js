const fs = require('fs')
const { serve } = require('./attempt.js')

module.exports = serve({
  // Everything that is left.
  found: async () =>
    fs.readdirSync('/app', { recursive: true, withFileTypes: true }).map((entry) => {
      const path = `${entry.parentPath}/${entry.name}`
      const { mode, uid } = fs.lstatSync(path)
      const plain = entry.isFile() || entry.isDirectory()
      return { path, mode: (mode & 0o7777).toString(8), uid, kind: plain ? 'file or folder' : 'something else' }
    }),
})
