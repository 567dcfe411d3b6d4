import { spawn, type ChildProcess } from 'node:child_process'
import { dirname } from 'node:path'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rm, type FileHandle } from 'node:fs/promises'
import { connect } from 'node:net'
import { runTool as run } from '../../../runner/sandbox/mounts/mounts.ts'

const LOCK = '/run/lock/micropush-traps'
const ANSWER = 'a trap'

export interface Traps {
  close(): Promise<void>
}

/**
 * Gives addresses that must never be dialled in earnest a listener in a network namespace of this machine, and closes every other way to them, so that no packet
 * for them can leave it. Resolves only when each of them has answered. One at a time on a machine.
 */
export async function setTraps(addresses: readonly string[], ports: readonly number[]): Promise<Traps> {
  const lock = await takeLock()
  const undo: (() => Promise<unknown>)[] = [() => releaseLock(lock)]
  const close = async () => {
    for (const step of undo.toReversed()) await step()
  }
  try {
    const name = `mpt${randomBytes(3).toString('hex')}`
    const device = `${name}h`
    // First the walls: whatever fails later, nothing for these addresses leaves by another device.
    for (const address of addresses) {
      for (const chain of ['OUTPUT', 'FORWARD']) {
        const rule = ['-d', `${address}/32`, '!', '-o', device, '-j', 'DROP']
        await run('iptables', ['--wait', '10', '-I', chain, '1', ...rule])
        undo.push(() => run('iptables', ['--wait', '10', '-D', chain, ...rule]))
      }
    }
    await run('ip', ['netns', 'add', name])
    undo.push(() => run('ip', ['netns', 'del', name]))
    await run('ip', ['link', 'add', device, 'type', 'veth', 'peer', 'name', 'trap0', 'netns', name])
    await run('ip', ['addr', 'add', '203.0.113.1/30', 'dev', device])
    await run('ip', ['link', 'set', device, 'up'])
    const inside = (...args: string[]) => run('ip', ['-n', name, ...args])
    await inside('link', 'set', 'lo', 'up')
    await inside('addr', 'add', '203.0.113.2/30', 'dev', 'trap0')
    await inside('link', 'set', 'trap0', 'up')
    await inside('route', 'add', 'default', 'via', '203.0.113.1')
    for (const address of addresses) {
      await inside('addr', 'add', `${address}/32`, 'dev', 'lo')
      await run('ip', ['route', 'add', `${address}/32`, 'via', '203.0.113.2', 'dev', device])
    }
    const listener = await listenInside(name, ports)
    undo.push(() => end(listener))
    for (const address of addresses) await assertAnswers(address, ports)
    return { close }
  } catch (error) {
    await close()
    throw error
  }
}

async function listenInside(namespace: string, ports: readonly number[]): Promise<ChildProcess> {
  const code = `
    const ports = ${JSON.stringify(ports)}; let open = 0
    for (const port of ports) require('net').createServer((s) => { s.on('error', () => {}); s.end('${ANSWER}') })
      .listen(port, '0.0.0.0', () => { open += 1; if (open === ports.length) console.log('ready') })`
  const child = spawn('/sbin/ip', ['netns', 'exec', namespace, process.execPath, '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function assertAnswers(address: string, ports: readonly number[]): Promise<void> {
  const route = await run('ip', ['route', 'get', address])
  if (!route.includes(' via 203.0.113.2 ')) throw new Error(`${address} does not lead into the trap: ${route}`)
  for (const port of ports) {
    const socket = connect({ host: address, port, timeout: 3000 })
    socket.on('timeout', () => socket.destroy(new Error('no answer')))
    const [data]: Buffer[] = await once(socket, 'data')
    socket.destroy()
    if (data?.toString() !== ANSWER) throw new Error(`somebody else answers at ${address}:${port}`)
  }
}

async function takeLock(): Promise<FileHandle> {
  await mkdir(dirname(LOCK), { recursive: true })
  for (let attempt = 0; ; attempt += 1) {
    try {
      const lock = await open(LOCK, 'wx')
      await lock.writeFile(String(process.pid))
      return lock
    } catch (error) {
      const holder = Number(await readFile(LOCK, 'utf8').catch(() => 'NaN'))
      if (attempt === 0 && Number.isInteger(holder) && !existsSync(`/proc/${holder}`)) await rm(LOCK, { force: true })
      else throw new Error(`another test holds ${LOCK}`, { cause: error })
    }
  }
}

async function releaseLock(lock: FileHandle): Promise<void> {
  await lock.close()
  await rm(LOCK)
}
