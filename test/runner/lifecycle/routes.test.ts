import { expect, it } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { newDeploymentId, type Deployment } from '../../../contract/deployment.ts'
import { microEnvironment } from '../../../runner/lifecycle/environment/micro-environment.ts'
import { hostsOf, targetUrl, routeTo } from '../../../runner/lifecycle/routes.ts'

const origin = { domain: 'micros.example.org:8443', scheme: 'https' } as const
const deployment: Deployment = {
  id: newDeploymentId(),
  repositoryId: 7,
  owner: 'Ada-Lovelace',
  repository: 'hello',
  installationId: 3,
  sha: '0a1b2c3d'.padEnd(40, '0'),
  branch: 'main',
  sequence: 1,
  config: {
    name: 'hello',
    src: '.',
    env: { GREETING: 'hi', PORT: '1', MICRO_NAME: 'x' },
    secrets: [],
    limits: defaultLimits,
  },
  target: { kind: 'production' },
  createdAtMs: 0,
  state: 'starting',
  stateSinceMs: 0,
  outcome: {},
}

it('a deployment has the production host first, and one of its own; hosts carry no port', () => {
  expect(hostsOf(deployment, origin)).toEqual([
    'hello--ada-lovelace.micros.example.org',
    '0a1b2c3--hello--ada-lovelace.micros.example.org',
  ])
})

it('its address has scheme and port', () => {
  expect(targetUrl(deployment, origin)).toBe('https://hello--ada-lovelace.micros.example.org:8443')
})

it('a route says what the gateway has to hold the micro to', () => {
  expect(routeTo(deployment, 'a.example.org', { idleMs: 3000, scale: { max: 2, concurrency: 50 } })).toEqual({
    host: 'a.example.org',
    deploymentId: deployment.id,
    micro: 'hello',
    timeoutMs: defaultLimits.timeoutMs,
    payloadBytes: defaultLimits.payloadBytes,
    noindex: false,
    idleMs: 3000,
    scale: { max: 2, concurrency: 50 },
  })
})

it('a micro finds the file’s variables and its secrets in its environment, but cannot change what we promise', () => {
  const secrets = { key: 'id_secret', values: { TOKEN: 'a secret', GREETING: 'hidden', MICRO_KEY: 'x' } }
  expect(microEnvironment(deployment, { origin, secrets })).toEqual({
    GREETING: 'hidden',
    TOKEN: 'a secret',
    PORT: '8000',
    MICRO_NAME: 'hello',
    MICRO_TARGET: 'production',
    MICRO_KEY: 'id_secret',
    MICRO_DEPLOYMENT_ID: deployment.id,
    MICRO_COMMIT: deployment.sha,
    MICRO_URL: 'https://hello--ada-lovelace.micros.example.org:8443',
    DETA_RUNTIME: 'true',
    DETA_PATH: 'hello--ada-lovelace',
    DETA_PROJECT_KEY: 'id_secret',
  })
})
