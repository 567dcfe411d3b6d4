import { defaultLimits } from '../../../contract/limits.ts'
import type { MicroConfig } from '../../../contract/config.ts'
import { newDeploymentId, type Deployment, type DeploymentBase } from '../../../contract/deployment.ts'
import type { PushJob } from '../../../contract/jobs/events.ts'

export const shaA = 'a'.repeat(40)
export const shaB = 'b'.repeat(40)

export function sampleConfig(more: Partial<MicroConfig> = {}): MicroConfig {
  return { name: 'hello', src: '.', env: {}, secrets: [], limits: { ...defaultLimits }, ...more }
}

export function samplePush(more: Partial<PushJob> = {}): PushJob {
  return {
    deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    installationId: 12,
    repositoryId: 34,
    owner: 'ada',
    repository: 'hello',
    defaultBranch: 'main',
    branch: 'main',
    sha: shaA,
    sequence: 1,
    receivedAtMs: Date.now(),
    ...more,
  }
}

export function sampleBase(more: Partial<DeploymentBase> = {}): DeploymentBase {
  return {
    id: newDeploymentId(),
    repositoryId: 34,
    owner: 'ada',
    repository: 'hello',
    installationId: 12,
    sha: shaA,
    branch: 'main',
    sequence: 1,
    config: sampleConfig(),
    target: { kind: 'production' },
    createdAtMs: 1_000_000,
    ...more,
  }
}

export function sampleDeployment(more: Partial<Deployment> = {}): Deployment {
  return { ...sampleBase(), state: 'queued', stateSinceMs: 1_000_000, outcome: {}, ...more }
}

/** The body of GitHub's `push` event, as far as we know that anybody reads it. */
export function pushPayload(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ref: 'refs/heads/main',
    before: shaB,
    after: shaA,
    created: false,
    deleted: false,
    forced: false,
    commits: [],
    head_commit: null,
    repository: {
      id: 34,
      name: 'hello',
      full_name: 'ada/hello',
      default_branch: 'main',
      owner: { login: 'ada', name: 'ada' },
      clone_url: 'https://attacker.example/ada/hello.git',
    },
    pusher: { name: 'ada' },
    sender: { login: 'ada', id: 1 },
    installation: { id: 12 },
    ...more,
  }
}
