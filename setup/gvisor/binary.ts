import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { say } from '../say.ts'
import { copyProgram } from './copy-program.ts'
import { downloadRelease } from './release.ts'

const run = promisify(execFile)

/** The last version this was measured with; Go's proxy refuses gVisor's branch names, a pseudo-version works. */
const VERSION = 'v0.0.0-20260905035102-160fafc42237'
const BUILD_MS = 20 * 60_000

/**
 * Makes sure that a `runsc` which runs is at `path`: one that this machine has already, else gVisor's own release, else one that
 * Go builds.
 *
 * @throws Error in words for the operator when none of them can be had.
 */
export async function provideBinary(path: string): Promise<void> {
  if (await works(path)) return say(`runsc is at ${path}`)
  const found = await firstThatWorks(candidates())
  if (found !== undefined) return copy(found, path)
  say("Downloading gVisor's release of runsc")
  const downloaded = await downloadRelease(path)
  if (downloaded.kind === 'installed' && (await works(path))) return say(`Its checksum is right; runsc is at ${path}`)
  const why = downloaded.kind === 'absent' ? downloaded.why : 'the release does not run on this machine'
  say(`No release: ${why}`)
  await copy(await buildWithGo(), path)
}

async function copy(from: string, to: string): Promise<void> {
  say(`Copying ${from} to ${to}`)
  await copyProgram(from, to)
}

function candidates(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders, goBin()].map((folder) => join(folder, 'runsc'))
}

function goBin(): string {
  return process.env['GOBIN'] ?? join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'bin')
}

async function firstThatWorks(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    if (await works(path)) return path
  }
  return undefined
}

async function works(binary: string): Promise<boolean> {
  const answer = await run(binary, ['--version'], { timeout: 10_000 }).catch(() => undefined)
  return answer?.stdout.includes('runsc') ?? false
}

async function buildWithGo(): Promise<string> {
  const go = await firstGo()
  say('Building runsc with Go: about 2 minutes and 1 GB of downloads and build cache')
  const started = Date.now()
  // A cgo build cannot re-execute itself in its empty root and dies with `waiting for sandbox to start: EOF`.
  const env = { ...process.env, CGO_ENABLED: '0' }
  await run(go, ['install', `gvisor.dev/gvisor/runsc@${VERSION}`], { env, timeout: BUILD_MS }).catch(
    (cause: unknown) => {
      throw new Error(`Go could not build runsc ${VERSION}: ${firstLines(cause)}`, { cause })
    },
  )
  say(`Built runsc in ${Math.round((Date.now() - started) / 1000)} s`)
  return join(goBin(), 'runsc')
}

async function firstGo(): Promise<string> {
  for (const go of ['go', '/usr/local/go/bin/go']) {
    if (await run(go, ['version'], { timeout: 10_000 }).catch(() => undefined)) return go
  }
  throw new Error(
    `Neither runsc nor Go was found. Either install the package from https://gvisor.dev/docs/user_guide/install/, or install Go 1.26 or newer (https://go.dev/dl/) and run this again. Until then micros run in hardened containers (runc).`,
  )
}

function firstLines(thrown: unknown): string {
  const text = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr) : String(thrown)
  return text.trim().split('\n').slice(-5).join('\n')
}
