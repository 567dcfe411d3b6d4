import { once } from 'node:events'
import { readSettings } from './env.ts'
import { createGateway } from './gateway.ts'
import { gatewayLimits } from './limits.ts'
import { createLog } from './log.ts'
import { dropPrivileges } from './processes/drop-privileges.ts'
import { followMaster } from './processes/follow-master.ts'
import { openFilesLimit, withinOpenFiles } from './processes/open-files.ts'
import { rehearse } from './rehearse.ts'

/** Where the master puts the listening socket. */
const LISTENING_FD = 3

// All code is loaded by now, and no byte from outside has been read.
dropPrivileges()
const worker = Number(process.argv[2])
const log = createLog((line) => process.stderr.write(line), { worker })
const { answerMs, streamIdleMs, streamMs, gateways, ...settings } = readSettings()
const connections = Math.ceil(gatewayLimits.connections / gateways)
const limits = withinOpenFiles({ ...gatewayLimits, connections, answerMs, streamIdleMs, streamMs }, openFilesLimit())

let stopping = false
const processes = followMaster(process.stdin, () => stop('the master is gone'))
const gateway = createGateway({
  controlSocket: settings.sockets.gateway,
  domain: settings.domain,
  scheme: settings.scheme,
  trustedProxies: settings.trustedProxies,
  processes,
  limits,
  log,
})
gateway.server.listen({ fd: LISTENING_FD, backlog: 4096 })
await once(gateway.server, 'listening')
gateway.open()
// Whoever comes meanwhile is served in between.
rehearse(gatewayLimits).catch((cause: unknown) => log.warn('a wake could not be rehearsed', { cause: String(cause) }))
log.info('serving', { pid: process.pid, connections: limits.connections, unprivileged: process.getuid?.() !== 0 })
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal))

function stop(why: string): void {
  if (stopping) return
  stopping = true
  log.info('ending', { why })
  void gateway.close().then(() => process.exit(0))
}
