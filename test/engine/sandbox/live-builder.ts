import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ContainerInspectInfo } from 'dockerode'
import type { MicroConfig } from '../../../contract/config.ts'
import { defaultLimits } from '../../../contract/limits.ts'
import { buildMicro, type BuildInput } from '../../../runner/build/build-micro.ts'
import { listNetworks } from '../../../runner/docker/networks.ts'
import { prepareRuntime } from '../../../runner/images/prepare.ts'
import { labels } from '../../../runner/sandbox/labels.ts'
import { detectMicro } from '../../../runner/source/detect-micro.ts'
import type { Stage } from './stage.ts'

const SEEN_MS = 30_000
const index = 'module.exports = () => {}'

/** Begins a build that would take long, and ends it once its builder was inspected. @returns what Docker says of the live builder. */
export async function inspectBuilder(stage: Stage, isolation: 'runc' | 'gvisor'): Promise<ContainerInspectInfo> {
  const stop = new AbortController()
  const building = build(stage, { isolation, signal: stop.signal })
  // Its end is the abort, or a failure that the wait below tells of.
  building.catch(() => {})
  try {
    for (const deadline = Date.now() + SEEN_MS; Date.now() < deadline; await pause(20)) {
      const label = [`${labels.instance}=${stage.context.instance}`, `${labels.kind}=builder`]
      const [found] = await stage.docker.listContainers({ filters: { label } })
      if (found !== undefined) return await stage.docker.getContainer(found.Id).inspect()
    }
    throw new Error('no builder was seen')
  } finally {
    stop.abort(new Error('seen'))
    await Promise.allSettled([building])
  }
}

async function build(
  stage: Stage,
  { isolation, signal }: { readonly isolation: 'runc' | 'gvisor'; readonly signal: AbortSignal },
): Promise<void> {
  const { docker, dataDir, context } = stage
  const dir = join(dataDir, 'work', 'looked-at')
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'index.js'), index)
  const config: MicroConfig = {
    name: 'looked-at',
    src: '.',
    runtime: 'nodejs24',
    build: 'sleep 60',
    env: {},
    secrets: [],
    limits: defaultLimits,
  }
  const detected = await detectMicro(dir, config)
  const making = { docker, dataDir: join(tmpdir(), 'micropush-test-runtimes') }
  const images = await prepareRuntime(making, detected.runtime, { signal, onProgress: () => {} })
  const network = (await listNetworks(docker)).find(
    ({ labels: of }) => of[labels.instance] === context.instance && of[labels.kind] === 'builder-network',
  )
  const input: BuildInput = {
    deploymentId: 'looked-at',
    source: { dir, hash: 'looked-at', bytes: index.length, entries: 1, pointers: [] },
    config,
    ...detected,
    out: () => {},
    onDetail: () => {},
    signal,
  }
  const deadlines = { installMs: 300_000, buildMs: 300_000 }
  const shared = { docker, dataDir, isolation, images, instance: context.instance, ...deadlines }
  const { resolvConf } = context.host
  await buildMicro({ ...shared, network: network?.name ?? '', resolvConf }, input)
}
