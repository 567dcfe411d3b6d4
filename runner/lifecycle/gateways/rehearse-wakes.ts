import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { readLines } from '../../gateway/engine/read-lines.ts'
import { fromEngine, type FromGateway } from '../../gateway/protocol.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { SandboxActions } from '../fleet/actions.ts'
import { createFleet, type Fleet } from '../fleet/fleet.ts'
import { createGatewayLink } from './gateway-link.ts'

/** V8 has then not only compiled what a wake takes, it has seen it often enough to compile it well. */
const WAKES = 150
const DEADLINE_MS = 5000
const LONGEST_LINE_BYTES = 1024 * 1024
const HOUR_MS = 3_600_000

/**
 * Wakes and freezes micros that do not exist, for a gateway that does not, so that what a wake takes is compiled before somebody waits.
 *
 * @param path for a socket that is there for as long as this takes.
 * @returns how many wakes were answered. @throws when it cannot be made, or after five seconds.
 */
export async function rehearseWakes(path: string): Promise<number> {
  const fleet = emptyFleet()
  const link = createGatewayLink({
    path,
    gid: process.getgid?.() ?? 0,
    snapshot: () => ({ type: 'snapshot', routes: [], sandboxes: fleet.known() }),
    onJoin: nothing,
    onLeave: (gateway) => fleet.gatewayLeft(gateway),
    onMessage(message, gateway) {
      if (message.type === 'idle') return fleet.idle(message.deploymentId, gateway)
      if (message.type !== 'wake') return
      const { deploymentId } = message
      void fleet.wake(deploymentId, gateway).then((woken) => gateway.tell({ type: 'awake', deploymentId, ...woken }))
    },
    onProblem: nothing,
  })
  const ids = Array.from({ length: WAKES }, (_, nth) => `d${nth}`)
  for (const id of ids) fleet.adopt(standIn(id), 'frozen')
  try {
    await link.listen()
    return await wakeAll(path, ids)
  } finally {
    fleet.close()
    await link.close()
    await rm(path, { force: true })
  }
}

async function wakeAll(path: string, ids: readonly string[]): Promise<number> {
  const signal = AbortSignal.timeout(DEADLINE_MS)
  const socket = connect(path)
  const tell = (message: FromGateway): void => void socket.write(`${JSON.stringify(message)}\n`)
  const left = [...ids]
  const next = (): void => {
    const deploymentId = left.pop()
    if (deploymentId === undefined) socket.end()
    else tell({ type: 'wake', deploymentId })
  }
  let woken = 0
  readLines(socket, {
    longestBytes: LONGEST_LINE_BYTES,
    onLine(line) {
      const message = fromEngine.parse(JSON.parse(line))
      if (message.type === 'awake') {
        woken += 1
        tell({ type: 'idle', deploymentId: message.deploymentId })
      }
      // The first line is the snapshot.
      if (message.type === 'awake' || message.type === 'snapshot') next()
    },
  })
  try {
    await once(socket, 'close', { signal })
  } finally {
    socket.destroy()
  }
  return woken
}

function emptyFleet(): Fleet {
  const done = async (): Promise<void> => {}
  const actions: SandboxActions = {
    start: async (id) => standIn(id),
    quiet: done,
    freeze: done,
    thaw: done,
    destroy: done,
    retire: done,
    announce: nothing,
    drain: done,
  }
  return createFleet({
    actions,
    policy: () => ({ idleMs: HOUR_MS, coldMs: HOUR_MS, scale: { max: 1, concurrency: 1 } }),
    scaleDownMs: HOUR_MS,
    metrics: { wake: nothing, state: nothing, evicted: nothing },
    pressure: () => 'none',
    onProblem: nothing,
  })
}

function standIn(deploymentId: string): Sandbox {
  return {
    id: deploymentId,
    containerId: deploymentId,
    deploymentId,
    socket: deploymentId,
    isolation: 'runc',
    startedBy: 'plain',
    startedAtMs: 0,
  }
}

function nothing(): void {
  // There is nobody to be told.
}
