import type { Deployment, DeploymentBase } from '../../../contract/deployment.ts'
import { publish } from '../../../runner/publish.ts'
import type { Sandbox } from '../../../runner/sandbox/sandbox.ts'
import type { TestRunner } from './runner.ts'

/** A deployment of the micro `hello` that was published, and its sandbox. */
export async function goLive(
  parts: TestRunner,
  over: Partial<DeploymentBase> = {},
): Promise<{ readonly deployment: Deployment; readonly sandbox: Sandbox }> {
  const deployment = await parts.starting(over)
  const sandbox = parts.sandbox(deployment.id)
  await publish(parts.runner, { deployment, sandbox, timings: () => ({ total: 1 }) })
  return { deployment, sandbox }
}
