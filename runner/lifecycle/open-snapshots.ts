import type { Logger } from 'pino'
import type { Settings } from '../../contract/settings.ts'
import type { Store } from '../../contract/store/connect.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { formatSize } from '../../contract/text/format-size.ts'
import { daemonFacts } from '../docker/daemon.ts'
import { openAttacher } from '../sandbox/attach/attacher.ts'
import { provideAttacher } from '../sandbox/attach/provide-attacher.ts'
import { WAITING_RUNTIME } from '../sandbox/container/isolation.ts'
import type { SandboxContext } from '../sandbox/sandbox.ts'
import { memoryAhead } from './memory/memory-ahead.ts'
import { removeDrafts } from '../sandbox/snapshots/list-snapshots.ts'
import { createSnapshots, type Snapshots } from '../sandbox/snapshots/snapshots.ts'

interface Surroundings {
  readonly settings: Pick<Settings, 'cells' | 'cellsMemoryBytes'>
  readonly store: Store
  /** The deployments that visitors are led to. */
  served(): ReadonlySet<string>
  /** Whether there is memory for one more. */
  mayFill(): boolean
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/**
 * Imported apps on disk, under gVisor; runc cannot bring a process back.
 *
 * @returns undefined where there are none.
 * @throws MicropushError `engine-unavailable`
 */
export async function openSnapshots(context: SandboxContext, around: Surroundings): Promise<Snapshots | undefined> {
  const { settings, store, log } = around
  await removeDrafts(context.dataDir)
  if (context.isolation !== 'gvisor' || settings.cells === 0) return undefined
  const { runtimes } = await daemonFacts(context.docker)
  if (!runtimes.includes(WAITING_RUNTIME)) {
    log.warn(
      { runtime: WAITING_RUNTIME },
      'There are no snapshots, and micros that have slept for long are started anew: Docker does not know the runtime. Run `npm run install-gvisor` again.',
    )
    return undefined
  }
  return createSnapshots(context, {
    attacher: openAttacher(() => provideAttacher(context)),
    least: settings.cells,
    mostBytes: memoryAhead(settings),
    served: () => around.served(),
    mayFill: () => around.mayFill(),
    onTaken(deploymentId, { startMs, restoreMs, bytes }) {
      log.info({ deploymentId, startMs, restoreMs, bytes }, 'a snapshot was taken')
      const words =
        restoreMs < startMs
          ? `A snapshot of ${formatSize(bytes)} wakes it in ${restoreMs} ms instead of ${startMs} ms.`
          : `It wakes without a snapshot: a start takes ${startMs} ms, bringing it back ${restoreMs} ms.`
      note(deploymentId, words)
    },
    onRefused(deploymentId, why) {
      log.info({ deploymentId, why }, 'no snapshot could be taken')
      note(deploymentId, `It is started anew after a long sleep, because there is no snapshot of it: ${why}.`)
    },
    onUnfit: (deploymentId, why) => log.info({ deploymentId, why }, 'a snapshot was thrown away'),
    onProblem: (message, err) => log.warn({ err }, message),
  })

  /** In the deployment's own log, for whoever pushed it. */
  function note(deploymentId: string, words: string): void {
    appendLog(store, { id: deploymentId, text: `==> ${words}\n` }).catch((err: unknown) =>
      log.warn({ err, deploymentId }, 'a line could not be stored'),
    )
  }
}
