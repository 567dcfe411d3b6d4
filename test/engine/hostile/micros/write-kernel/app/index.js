const fs = require('fs')
const { execFileSync } = require('child_process')
const { serve, tryAll } = require('./attempt.js')

const write = (path, text) => () => fs.writeFileSync(path, text, { flag: 'r+' })
const read = (path) => () => void fs.closeSync(fs.openSync(path, 'r'))
const node = (kind, numbers) => () => {
  try {
    execFileSync('mknod', ['/tmp/device', kind, ...numbers], { stdio: 'pipe', env: { ...process.env, LC_ALL: 'C' } })
  } catch (error) {
    return /Operation not permitted/.test(String(error.stderr)) ? 'EPERM' : String(error.stderr)
  }
}

module.exports = serve({
  attack: () =>
    tryAll({
      'host name': write('/proc/sys/kernel/hostname', 'mine'),
      'core pattern': write('/proc/sys/kernel/core_pattern', '|/tmp/x'),
      overcommit: write('/proc/sys/vm/overcommit_memory', '1'),
      'ip forward': write('/proc/sys/net/ipv4/ip_forward', '1'),
      sysrq: write('/proc/sysrq-trigger', 'h'),
      'uevent helper': write('/sys/kernel/uevent_helper', '/tmp/x'),
      cgroup: () => fs.mkdirSync('/sys/fs/cgroup/mine'),
      'cgroup memory': () => fs.mkdirSync('/sys/fs/cgroup/memory/mine'),
      'release agent': write('/sys/fs/cgroup/memory/release_agent', '/tmp/x'),
      'own freezer': write('/sys/fs/cgroup/freezer/freezer.state', 'FROZEN'),
      'oom score': write('/proc/self/oom_score_adj', '-1000'),
      'uid map': write('/proc/self/uid_map', '0 0 1'),
      'kernel memory': read('/dev/mem'),
      'kernel core': () => fs.readFileSync('/proc/kcore').length || 'empty',
      'kernel log': read('/dev/kmsg'),
      keys: () => fs.readFileSync('/proc/keys').length || 'empty',
      disk: read('/dev/vda'),
      loop: read('/dev/loop-control'),
      'block device': node('b', ['8', '0']),
      'character device': node('c', ['1', '1']),
    }),
})
