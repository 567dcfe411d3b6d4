import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, isIPv6 } from 'node:net'
import { createInterface } from 'node:readline'
import { runSystemTool as run } from '../../../runner/sandbox/mounts/mounts.ts'
import { takeLock } from './traps-lock.ts'

const ANSWER = 'a trap'
/** Of the documentation ranges (RFC 5737, RFC 3849): the two ends of the cable into the traps. */
const ends = {
  ipv4: { here: '203.0.113.1', there: '203.0.113.2', prefix: '30' },
  ipv6: { here: '2001:db8:77::1', there: '2001:db8:77::2', prefix: '64' },
} as const

export interface Traps {
  /** Everything that came since the traps were set: `tcp 169.254.169.254 80`, `udp …`. */
  connections(): readonly string[]
  close(): Promise<void>
}

/**
 * Gives addresses that must never be dialled in earnest a listener in a network namespace of this machine, and closes every other way to them, so that no packet
 * for them can leave it. Resolves only when each of them has answered. One at a time on a machine; the second waits.
 *
 * @param names - what a name server at each of the addresses answers, UDP port 53.
 */
export async function setTraps(
  addresses: readonly string[],
  ports: readonly number[],
  names: Readonly<Record<string, readonly string[]>> = {},
): Promise<Traps> {
  const undo: (() => Promise<unknown>)[] = [await takeLock()]
  const close = async () => {
    for (const step of undo.toReversed()) await step()
  }
  try {
    await clearDead()
    const name = `mpt${randomBytes(3).toString('hex')}`
    const device = `${name}h`
    // First the walls: whatever fails later, nothing for these addresses leaves by another device.
    for (const address of addresses) {
      for (const chain of ['OUTPUT', 'FORWARD']) {
        const rule = ['-d', whole(address), '!', '-o', device, '-j', 'DROP']
        const tool = isIPv6(address) ? 'ip6tables' : 'iptables'
        await run(tool, ['--wait', '10', '-I', chain, '1', ...rule])
        undo.push(() => run(tool, ['--wait', '10', '-D', chain, ...rule]))
      }
    }
    await run('ip', ['netns', 'add', name])
    undo.push(() => run('ip', ['netns', 'del', name]))
    await layCable(name, device)
    for (const address of addresses) {
      await run('ip', ['-n', name, 'addr', 'add', whole(address), 'dev', 'lo'])
      await run('ip', ['route', 'add', whole(address), 'via', endsFor(address).there, 'dev', device])
    }
    const seen: string[] = []
    const listener = await listenInside(name, { addresses, ports, names }, (line) => seen.push(line))
    undo.push(() => end(listener))
    for (const address of addresses) await assertAnswers(address, ports)
    const own = addresses.length * ports.length
    while (seen.length < own) await once(listener, 'seen')
    seen.splice(0)
    return { connections: () => [...seen], close }
  } catch (error) {
    await close()
    throw error
  }
}

function endsFor(address: string) {
  return isIPv6(address) ? ends.ipv6 : ends.ipv4
}

function whole(address: string): string {
  return isIPv6(address) ? `${address}/128` : `${address}/32`
}

async function layCable(name: string, device: string): Promise<void> {
  const inside = (...args: string[]) => run('ip', ['-n', name, ...args])
  await run('ip', ['link', 'add', device, 'type', 'veth', 'peer', 'name', 'trap0', 'netns', name])
  const families = existsSync('/proc/net/if_inet6') ? [ends.ipv4, ends.ipv6] : [ends.ipv4]
  for (const { here, there, prefix } of families) {
    const settled = isIPv6(here) ? ['nodad'] : []
    await run('ip', ['addr', 'add', `${here}/${prefix}`, 'dev', device, ...settled])
    await inside('addr', 'add', `${there}/${prefix}`, 'dev', 'trap0', ...settled)
  }
  await run('ip', ['link', 'set', device, 'up'])
  await inside('link', 'set', 'lo', 'up')
  await inside('link', 'set', 'trap0', 'up')
  for (const { here } of families) await inside('route', 'add', 'default', 'via', here)
}

interface Listening {
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
  readonly names: Readonly<Record<string, readonly string[]>>
}

/** Its process emits `seen` after each line. */
async function listenInside(namespace: string, what: Listening, onSeen: (line: string) => void): Promise<ChildProcess> {
  const script = new URL('fixtures/trap.ts', import.meta.url).pathname
  const args = ['netns', 'exec', namespace, process.execPath, script, JSON.stringify(what)]
  const child = spawn('/sbin/ip', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ready = Promise.withResolvers<void>()
  child.once('exit', () => ready.reject(new Error('the traps ended')))
  createInterface(child.stdout).on('line', (line) => {
    if (line === 'ready') return ready.resolve()
    onSeen(line)
    child.emit('seen')
  })
  await ready.promise
  return child
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function assertAnswers(address: string, ports: readonly number[]): Promise<void> {
  const route = await run('ip', ['route', 'get', address])
  if (!route.includes(` via ${endsFor(address).there} `))
    throw new Error(`${address} does not lead into the trap: ${route}`)
  for (const port of ports) {
    const socket = connect({ host: address, port, timeout: 3000 })
    socket.on('timeout', () => socket.destroy(new Error('no answer')))
    const [data]: Buffer[] = await once(socket, 'data')
    socket.destroy()
    if (data?.toString() !== ANSWER) throw new Error(`somebody else answers at ${address}:${port}`)
  }
}

/** What a run left that was killed amid its traps: whoever has the lock is the only one. Walls go last. */
async function clearDead(): Promise<void> {
  const names = (await run('ip', ['netns', 'list'])).match(/^mpt[0-9a-f]{6}/gm) ?? []
  for (const name of names) {
    // Its routes go with the device. The listener in it may have ended, and the device with it.
    await run('ip', ['link', 'del', `${name}h`]).catch(() => '')
    await run('ip', ['netns', 'del', name])
  }
  for (const tool of ['iptables', 'ip6tables']) {
    const rules = (await run(tool, ['--wait', '10', '-S']))
      .split('\n')
      .filter((rule) => / -o mpt[0-9a-f]{6}h /.test(rule))
    for (const rule of rules) await run(tool, ['--wait', '10', ...rule.replace(/^-A/, '-D').split(' ')])
  }
}
