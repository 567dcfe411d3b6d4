const fs = require('fs')
const { serve, tryAll } = require('./attempt.js')

const folders = [
  '/',
  '/bin',
  '/etc',
  '/home',
  '/lib',
  '/opt/micropush',
  '/root',
  '/run',
  '/srv',
  '/usr/local/bin',
  '/var',
  '/var/tmp',
  '/dev',
  '/mnt',
  '/media',
]

module.exports = serve({
  attack: () =>
    tryAll({
      ...Object.fromEntries(folders.map((folder) => [folder, () => fs.writeFileSync(`${folder}/mine`, 'x')])),
      'change /etc/passwd': () => fs.appendFileSync('/etc/passwd', 'x'),
      'change the loader': () => fs.appendFileSync('/opt/micropush/node/loader.cjs', 'x'),
      'change resolv.conf': () => fs.writeFileSync('/etc/resolv.conf', 'nameserver 192.0.2.53'),
      'remove a program': () => fs.unlinkSync('/usr/local/bin/node'),
      'move /etc': () => fs.renameSync('/etc', '/tmp/etc'),
    }),
})
