import { once } from 'node:events'
import { dropPrivileges } from './drop-privileges.ts'
import { readSettings } from './env.ts'
import { createGateway } from './gateway.ts'
import { gatewayLimits } from './limits.ts'
import { createLog } from './log.ts'
import { openFilesLimit, withinOpenFiles } from './open-files.ts'

const log = createLog((line) => process.stderr.write(line))
const settings = readSettings()
const { answerMs, streamIdleMs, streamMs } = settings
const limits = withinOpenFiles({ ...gatewayLimits, answerMs, streamIdleMs, streamMs }, openFilesLimit())
const gateway = createGateway({
  controlSocket: settings.sockets.gateway,
  domain: settings.domain,
  scheme: settings.scheme,
  trustedProxies: settings.trustedProxies,
  limits,
  log,
})
const { server } = gateway

// The port may need root; nothing after it does, so no byte from outside is ever read with more than the least rights.
server.listen({ host: settings.gatewayHost, port: settings.gatewayPort, backlog: 4096 })
try {
  await once(server, 'listening')
} catch (cause) {
  // The port is taken, or it is not ours to take: nothing to do without it.
  log.error('cannot listen; free the port or choose another with MICROPUSH_GATEWAY_PORT', {
    host: settings.gatewayHost,
    port: settings.gatewayPort,
    cause: String(cause),
  })
  process.exit(1)
}
dropPrivileges()
gateway.open()
log.info('listening', { ...addressOf(server), connections: limits.connections, unprivileged: process.getuid?.() !== 0 })

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    log.info('stopping', { signal })
    void gateway.close().then(() => process.exit(0))
  })
}

/** Where it listens, the port being the real one when any was asked for. */
function addressOf(listening: typeof server): { readonly host: string; readonly port: number } | undefined {
  const address = listening.address()
  return address === null || typeof address === 'string' ? undefined : { host: address.address, port: address.port }
}
