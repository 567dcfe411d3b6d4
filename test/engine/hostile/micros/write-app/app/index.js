const fs = require('fs')
const { serve, tryAll } = require('./attempt.js')

module.exports = serve({
  attack: () =>
    tryAll({
      new: () => fs.writeFileSync('/app/new.js', 'x'),
      change: () => fs.appendFileSync('/app/index.js', 'x'),
      truncate: () => fs.truncateSync('/app/index.js', 0),
      remove: () => fs.unlinkSync('/app/index.js'),
      rename: () => fs.renameSync('/app/index.js', '/app/old.js'),
      mode: () => fs.chmodSync('/app/index.js', 0o777),
      owner: () => fs.chownSync('/app/index.js', process.getuid(), process.getgid()),
      times: () => fs.utimesSync('/app/index.js', 1, 1),
      link: () => fs.linkSync('/app/index.js', '/app/linked.js'),
      'link out': () => fs.linkSync('/app/index.js', '/tmp/linked.js'),
      'symbolic link': () => fs.symlinkSync('/etc', '/app/etc'),
      folder: () => fs.mkdirSync('/app/node_modules'),
    }),
})
