import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { defaultLimits } from '../../../contract/limits.ts'
import type { MicroConfig } from '../../../contract/config.ts'
import { buildMicro, type BuildInput, type BuildResult } from '../../../runner/build/build-micro.ts'
import { connectDocker } from '../../../runner/docker/client.ts'
import { prepareRuntime } from '../../../runner/images/prepare.ts'
import { hostResolvers, writeResolvConf } from '../../../runner/network/resolv-conf.ts'
import { contentHash, type TreeEntry } from '../../../runner/source/content-hash.ts'
import { detectMicro } from '../../../runner/source/detect-micro.ts'
import type { Source } from '../../../runner/source/fetch-source.ts'

export type Files = Readonly<Record<string, string | Buffer>>

export interface Built {
  readonly result?: BuildResult
  readonly error?: { readonly code: string; readonly message: string }
  readonly output: string
  readonly details: readonly string[]
}

export interface BuildOptions {
  readonly config?: Partial<MicroConfig>
  readonly fresh?: boolean
  readonly signal?: AbortSignal
  readonly onOutput?: (text: string) => void
  readonly deadlines?: { readonly installMs?: number; readonly buildMs?: number }
}

/** Real builds in a data folder and with an instance label of their own. */
export async function openStage(isolation: 'runc' | 'gvisor' = 'runc') {
  const docker = connectDocker('/var/run/docker.sock')
  const dataDir = await mkdtemp(join(tmpdir(), 'micropush-build-'))
  // Docker's own resolver cannot be reached from a kernel that is not the host's.
  const resolvConf = isolation === 'gvisor' ? await writeResolvConf(dataDir, await hostResolvers([])) : undefined
  const instance = `test-${randomBytes(6).toString('hex')}`
  const containers = () => docker.listContainers({ all: true, filters: { label: [`micropush.instance=${instance}`] } })
  let count = 0

  /** How many builders were created since a moment. */
  async function buildersSince(sinceMs: number): Promise<number> {
    const stream = await docker.getEvents({
      since: sinceMs / 1000,
      until: Date.now() / 1000,
      filters: { event: ['create'], label: [`micropush.instance=${instance}`, 'micropush.kind=builder'] },
    })
    return (await text(stream)).split('\n').filter((line) => line !== '').length
  }

  async function build(files: Files, options: BuildOptions = {}): Promise<Built> {
    count += 1
    const source = await writeSource(join(dataDir, 'work', String(count)), files)
    const config: MicroConfig = {
      name: 'hello',
      src: '.',
      env: {},
      secrets: [],
      limits: defaultLimits,
      ...options.config,
    }
    let output = ''
    const details: string[] = []
    try {
      const { runtime, launch } = await detectMicro(source.dir, config)
      const signal = options.signal ?? new AbortController().signal
      const images = await prepareRuntime({ docker, dataDir: '/var/lib/micropush' }, runtime, {
        signal,
        onProgress: () => {},
      })
      const input: BuildInput = {
        deploymentId: `d${count}`,
        fresh: options.fresh ?? false,
        source,
        config,
        runtime,
        launch,
        out: (chunk) => {
          output += chunk
          options.onOutput?.(chunk)
        },
        onDetail: (detail) => details.push(detail),
        signal,
      }
      const result = await buildMicro(
        {
          docker,
          instance,
          dataDir,
          images,
          network: 'bridge',
          isolation,
          installMs: 300_000,
          buildMs: 300_000,
          ...options.deadlines,
          ...(resolvConf === undefined ? {} : { resolvConf }),
        },
        input,
      )
      return { result, output, details }
    } catch (error) {
      return { error: error as { code: string; message: string }, output, details }
    }
  }

  return {
    docker,
    dataDir,
    instance,
    containers,
    buildersSince,
    build,
    /** Where an artifact of a result is. */
    app: (built: Built) => join(dataDir, 'artifacts/app', built.result?.artifacts.app ?? 'none'),
    dependencies: (built: Built) =>
      join(dataDir, 'artifacts/dependencies', built.result?.artifacts.dependencies ?? 'none'),
    read: (...path: string[]) => readFile(join(...path), 'utf8'),
    async [Symbol.asyncDispose]() {
      for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true })
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function writeSource(dir: string, files: Files): Promise<Source> {
  await mkdir(dir, { recursive: true })
  const tree = new Map<string, TreeEntry>()
  let bytes = 0
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
    bytes += Buffer.byteLength(content)
    tree.set(path, { kind: 'file', mode: 0o644, digest: Buffer.from(content).toString('base64') })
  }
  return { dir, hash: contentHash(tree), bytes, entries: tree.size, pointers: [] }
}
