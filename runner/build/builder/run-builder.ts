import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError, type ErrorCode } from '../../../contract/errors.ts'
import type { RunResult } from '../../docker/run-once.ts'
import type { Build } from '../build.ts'
import { builderContainer, builderLimits, DOWNLOADS, type BuilderMount } from './builder-container.ts'
import { tellingLine } from './telling-line.ts'
import { runWatched } from './run-watched.ts'

export interface BuilderRun {
  /** Mounts besides `/app`, `/dependencies` and `/tmp`, which are the build's own folders; one for the same place wins over those. */
  readonly mounts: readonly BuilderMount[]
  readonly script: string
  /** Becomes `$1` of the script. */
  readonly argument?: string
  readonly env: Readonly<Record<string, string>>
  readonly deadlineMs: number
  /** The most that everything the run writes may take on disk. */
  readonly maxBytes: number
  /** Whose code can run: strangers' code is shut in as the micros are, a package manager alone only in a hardened container. */
  readonly code: 'strangers' | 'ours'
  /** What it does, for messages: `Installing dependencies`. */
  readonly doing: string
  readonly codes: { readonly failed: ErrorCode; readonly timedOut: ErrorCode }
}

const TAIL_CHARACTERS = 64 * 1024

/**
 * Runs a script in a builder.
 *
 * @throws MicropushError with the run's codes, `out-of-memory`, `disk-full`, `engine-unavailable`; DiskBoundReached; the signal's reason
 */
export async function runBuilder(build: Build, run: BuilderRun): Promise<void> {
  const own = await makeFolders(build)
  const output = outputTail(build.out)
  const result = await runWatched(
    build.docker,
    builderContainer({
      image: build.image,
      isolation: run.code === 'ours' ? 'runc' : build.isolation,
      instance: build.instance,
      deploymentId: build.deploymentId,
      network: build.network,
      uid: build.uid,
      script: `mkdir -p "$HOME"\n${run.script}`,
      argument: run.argument ?? '',
      env: { ...run.env, ...environment, ...build.trust.env },
      workingDir: '/app',
      mounts: [
        ...own.filter(({ to }) => run.mounts.every((other) => other.to !== to)),
        ...run.mounts,
        ...build.trust.mounts,
      ],
    }),
    {
      dir: build.workDir,
      maxBytes: run.maxBytes,
      signal: build.signal,
      deadlineMs: run.deadlineMs,
      onOutput: output.write,
      onRemoval: (removed) => {
        build.removals.push(removed)
        // It fails where the build waits for it; until then it must not count as unhandled.
        removed.catch(() => {})
      },
    },
  )
  output.end()
  assertSuccess(result, run, output.text())
}

const environment = {
  HOME: '/tmp/home',
  npm_config_cache: `${DOWNLOADS}/npm`,
  PATH: '/app/node_modules/.bin:/dependencies/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  PYTHONPATH: '/dependencies',
  LANG: 'C.UTF-8',
  NO_COLOR: '1',
  // Questions would wait for ever.
  GIT_TERMINAL_PROMPT: '0',
  DEBIAN_FRONTEND: 'noninteractive',
}

async function makeFolders({ workDir, uid }: Build): Promise<BuilderMount[]> {
  const mounts = []
  for (const [name, to] of [
    ['app', '/app'],
    ['dependencies', '/dependencies'],
    ['tmp', '/tmp'],
  ] as const) {
    const from = join(workDir, name)
    await mkdir(from, { recursive: true })
    await chown(from, uid, uid)
    mounts.push({ from, to, access: 'writable' as const })
  }
  return mounts
}

/** Hands text on as it comes and keeps its end, whole characters only. */
function outputTail(out: (text: string) => void) {
  const decoder = new TextDecoder()
  let tail = ''
  const add = (text: string) => {
    if (text === '') return
    out(text)
    tail = (tail + text).slice(-TAIL_CHARACTERS)
  }
  return {
    write: (chunk: Buffer) => add(decoder.decode(chunk, { stream: true })),
    end: () => add(decoder.decode()),
    text: () => tail,
  }
}

function assertSuccess(result: RunResult, run: BuilderRun, output: string): void {
  if (result.timedOut) {
    const seconds = Math.round(run.deadlineMs / 1000)
    throw new MicropushError(run.codes.timedOut, `${run.doing} took longer than ${seconds} s and was stopped.`)
  }
  if (result.exitCode === 0) return
  if (result.oomKilled) {
    const megabytes = builderLimits.memoryBytes / 1024 ** 2
    throw new MicropushError('out-of-memory', `${run.doing} needed more than ${megabytes} MB of memory.`)
  }
  const line = tellingLine(output) ?? `exit code ${result.exitCode}, and no output`
  throw new MicropushError(run.codes.failed, `${run.doing} failed: ${line}`)
}
