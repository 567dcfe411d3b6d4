import { MicropushError } from '../../../contract/errors.ts'
import { getDeployment } from '../../../contract/store/deployments.ts'
import type { Runner } from '../../runner.ts'
import { noteLeaving } from '../../sandbox/leaving.ts'
import { freeze, thaw } from '../../sandbox/sleep/sleep.ts'
import { secretsToStart } from '../../secrets/secrets-to-start.ts'
import { endSandbox } from '../end/end-sandbox.ts'
import { quiet } from '../quiet/quiet.ts'
import { startDeployment } from '../start-deployment.ts'
import type { SandboxActions } from './actions.ts'

/** What gateways give streams at least, and a little more for their word to arrive. */
const DRAIN_MS = 35_000
const DRAIN_SLACK_MS = 5000

/** What the fleet does, done by the runner's own parts. `parts` is asked for each time: the fleet is one of them. */
export function sandboxActions(parts: () => Runner, signal: AbortSignal): SandboxActions {
  return {
    async start(id) {
      const runner = parts()
      const deployment = await getDeployment(runner.store, id)
      if (deployment?.state !== 'live') throw new MicropushError('internal', 'This deployment is no longer kept.')
      const secrets = await secretsToStart(runner, deployment)
      return startDeployment(runner, deployment, { secrets, wakes: true, signal })
    },
    quiet(sandbox, until) {
      const { sandboxes, settings } = parts()
      return quiet(sandboxes, sandbox, { ...settings, signal: until })
    },
    async freeze(sandbox) {
      const { sandboxes, appLogs } = parts()
      await freeze(sandboxes, sandbox)
      void appLogs.rest(sandbox)
    },
    async thaw(sandbox) {
      const { sandboxes, appLogs } = parts()
      await thaw(sandboxes, sandbox)
      appLogs.follow(sandbox)
    },
    destroy: (sandbox, grace) => endSandbox(parts(), sandbox, grace),
    retire: ({ id }) => noteLeaving(parts().dataDir, id),
    announce: (deploymentId, sockets) => void parts().gateways.tell({ type: 'sandboxes', deploymentId, sockets }),
    drain({ deploymentId, socket }, until) {
      const { policies, drains } = parts()
      const longestMs = Math.max(DRAIN_MS, policies.of(deploymentId).timeoutMs + DRAIN_SLACK_MS)
      return drains.drain(deploymentId, until, { socket, longestMs })
    },
  }
}
