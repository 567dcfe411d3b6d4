'use strict'
/*
 * Part of the OCI runtime beside it, at `create`: makes two bundles of Docker's. One is for runsc, with empty folders where an app's will be; the
 * other, in Docker's place, is for runc, whose process makes the sandbox and waits on the host for its order. It runs on its own, as root, wherever
 * Docker is; what it finds out about the machine decides whether a snapshot fits.
 */
const { execFileSync, spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/** Where a sandbox's folder is on the host follows from the mount that every one of ours has. */
const SOCKETS = '/run/micropush'
/** As in runtimes/launch.ts; every image has them. Packages of Node are attached below the first one. */
const APP_FOLDERS = ['/app', '/dependencies', '/var/cache/micropush']
/** What a shell and `nsenter` need of the host. They are seen until the process is back in the host's own mount namespace. */
const NEEDED = ['/bin', '/lib', '/lib32', '/lib64', '/proc', '/usr']

const [bundle, runtime, root, id, shim] = process.argv.slice(2)
const file = path.join(bundle, 'config.json')
const docker = JSON.parse(fs.readFileSync(file, 'utf8'))
const box = docker.mounts.find(({ destination }) => destination === SOCKETS)
if (box === undefined)
  throw new Error('this runtime is for sandboxes of micropush alone: nothing is mounted at ' + SOCKETS)
const folder = path.dirname(box.source)

execFileSync('mkfifo', ['-m', '600', path.join(folder, 'orders')])
// A restore may be begun before it is known what it restores: the runtime sees by a lock that it waits, if this call can be made here at all.
if (spawnSync('/bin/sh', ['-c', '%LOCKED% "$0" true', file], { stdio: 'ignore' }).status === 0)
  fs.writeFileSync(path.join(folder, 'ahead'), '', { mode: 0o600, flag: 'wx' })
fs.writeFileSync(path.join(folder, 'machine.json'), JSON.stringify(machine()), { mode: 0o600, flag: 'wx' })
const own = fs.realpathSync(bundle)
const forGvisor = path.join(own, 'gvisor')
const [empty, forNow] = ['empty', 'root'].map((name) => path.join(own, name))
fs.mkdirSync(forGvisor, { mode: 0o700 })
fs.mkdirSync(empty, { mode: 0o755 })
fs.mkdirSync(forNow, { mode: 0o755 })
fs.writeFileSync(path.join(forGvisor, 'config.json'), JSON.stringify(withPlaceholders()), { mode: 0o600 })
fs.writeFileSync(file, JSON.stringify(forRunc()))

/** Where an app's folders are attached once it is known which app it is. */
function withPlaceholders() {
  const { hooks: _run, ...config } = docker
  const namespaces = docker.linux.namespaces.map((one) =>
    // The process that calls runsc is in it, and Docker's hook has given it its address.
    one.type === 'network' ? { ...one, path: '/proc/self/ns/net' } : one,
  )
  const placeholders = APP_FOLDERS.map((destination) => ({
    destination,
    type: 'bind',
    source: empty,
    options: ['rbind', 'ro', 'rprivate'],
  }))
  return { ...config, mounts: [...docker.mounts, ...placeholders], linux: { ...docker.linux, namespaces } }
}

function forRunc() {
  const { resources, cgroupsPath, sysctl } = docker.linux
  const capabilities = allCapabilities()
  const backOnTheHost = ['/usr/bin/nsenter', '--mount=/proc/' + shim + '/ns/mnt', '--']
  return {
    ociVersion: docker.ociVersion,
    process: {
      user: { uid: 0, gid: 0 },
      args: [...backOnTheHost, '/bin/sh', runtime, 'await', forGvisor, folder, root, id],
      env: ['PATH=' + process.env.PATH],
      cwd: '/',
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        inheritable: capabilities,
        permitted: capabilities,
        ambient: capabilities,
      },
      oomScoreAdj: docker.process.oomScoreAdj,
    },
    root: { path: forNow, readonly: true },
    mounts: NEEDED.filter((folder) => fs.existsSync(folder)).map((folder) => ({
      destination: folder,
      type: 'bind',
      source: folder,
      options: ['bind', 'rprivate'],
    })),
    // Docker's own, which gives the network namespace its addresses.
    hooks: docker.hooks,
    linux: { resources, cgroupsPath, sysctl, namespaces: [{ type: 'mount' }, { type: 'network' }] },
  }
}

/** runsc makes namespaces, mounts and devices, as it does under Docker's own shim. More than we have ourselves cannot be given. */
function allCapabilities() {
  // In the order of their numbers: linux/capability.h.
  const names =
    'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
    'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
    'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
    'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ'
  const mine = BigInt('0x' + /^CapPrm:\s*(\w+)/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1])
  return names.split(' ').flatMap((name, bit) => ((mine >> BigInt(bit)) & 1n ? ['CAP_' + name] : []))
}

/** What a snapshot is tied to: gVisor's program, the kernel below it, and what the processor can do. */
function machine() {
  const { size, mtimeMs, ino } = fs.statSync('%RUNSC%')
  const first = fs.readFileSync('/proc/cpuinfo', 'utf8').split('\n\n', 1)[0]
  const able = first.split('\n').filter((line) => /^(vendor_id|cpu family|model|flags|Features|CPU part)\b/.test(line))
  return {
    runsc: [size, mtimeMs, ino].join('-'),
    kernel: os.release(),
    cpu: createHash('sha256')
      .update(os.arch() + '\n' + able.join('\n'))
      .digest('hex')
      .slice(0, 32),
  }
}
