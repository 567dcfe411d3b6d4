import { join } from 'node:path'
import { readSettings } from './env.ts'
import { gatewayLimits } from './limits.ts'
import { createLog } from './log.ts'
import { anybodyReads, dropPrivileges } from './processes/drop-privileges.ts'
import { keepWorkers } from './processes/keep-workers.ts'
import { openPort, type OpenPort } from './processes/open-port.ts'

/** Beyond the time that requests get, for a worker to end. */
const SLACK_MS = 2000

const log = createLog((line) => process.stderr.write(line))
const { gatewayHost, gatewayPort, gateways } = readSettings()

// This process takes the port, which may need root, and watches over those that serve. It reads no byte of a stranger's.
let open: OpenPort
try {
  open = await openPort(gatewayHost, gatewayPort)
} catch (cause) {
  // The port is taken, or it is not ours to take: nothing to do without it.
  log.error('cannot listen; free the port or choose another with MICROPUSH_GATEWAY_PORT', {
    host: gatewayHost,
    port: gatewayPort,
    cause: String(cause),
  })
  process.exit(1)
}
const code = join(import.meta.dirname, 'worker.ts')
if (anybodyReads([process.execPath, code, join(import.meta.dirname, '..', '..', 'package.json')])) dropPrivileges()
else log.warn('keeps root to be able to start workers, which drop it: others cannot read its code', { code })

const { fd, host, port } = open
const workers = keepWorkers({ fd, count: gateways, stopMs: gatewayLimits.shutdownMs + SLACK_MS, log })
log.info('listening', { host, port, workers: gateways, unprivileged: process.getuid?.() !== 0 })

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    log.info('stopping', { signal })
    void workers.stop().then(() => process.exit(0))
  })
}
