import { openSandboxes } from './sandbox/open-sandboxes.ts'
import { sweep } from './sandbox/sweep.ts'
import { connectDocker } from './docker/client.ts'
import { readSettings } from './env.ts'
import { readInstance } from './ground/instance.ts'
import { tearDownNetwork } from './network/set-up-network.ts'

/** `node runner/clear.ts`, while no runner works on this data folder: ends every sandbox and builder of it, and its networks and rules. */
const settings = readSettings()
const docker = connectDocker(settings.dockerSocket)
const instance = await readInstance(settings.dataDir)
const { context } = await openSandboxes({
  docker,
  instance,
  dataDir: settings.dataDir,
  setting: 'auto',
  network: '',
  resolvConf: '',
  gatewayGid: 0,
})
const clear = () => sweep(context, new Map())
await clear()
await tearDownNetwork(docker, instance, clear)
