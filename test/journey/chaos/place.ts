import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Repository } from '../support/repository.ts'
import type { Stack } from '../support/stack.ts'
import { brokenConfig, configOf, filesOf, type MicroPlan } from './contents.ts'
import type { GitHub } from './github.ts'

/** Long enough for the forge to have told of a push; it goes on to print how the deployment fares. */
const FOLLOW_MS = 3000
const VISIBLE_MS = 15_000

/** A repository, and what the walk did to it. */
export interface Place {
  readonly owner: string
  name: string
  /** GitHub's number of it; 0 before its first push. */
  id: number
  readonly clone: Repository
  readonly all: readonly MicroPlan[]
  /** Those that the config file has at the moment. */
  micros: readonly MicroPlan[]
  /** Every commit that was pushed to it. */
  readonly shas: Set<string>
  /** Branches other than the default one. */
  readonly branches: Set<string>
  readonly pulls: Map<number, PullPlan>
  /** Deleted for good. */
  isGone: boolean
  isArchived: boolean
  /** Whether the App could not write to it for a while: what was pending then may never be told. */
  wasShut: boolean
  /** Micros that somebody tried to roll back. */
  readonly rolledBack: Set<string>
  /** Commits of forks that somebody with write access let through, or tried to. */
  readonly approved: Set<string>
  /** Counts what has to have a name of its own. */
  count: number
}

export interface PullPlan {
  readonly number: number
  readonly branch: string
  /** Where its commits come from. */
  readonly from: Place | undefined
  isOpen: boolean
}

export interface Change {
  /** Indexes of the micros that change. */
  readonly touched?: readonly number[]
  readonly isBroken?: boolean
  readonly message?: string
}

export async function createPlace(
  stack: Stack,
  of: { readonly owner: string; readonly name: string; readonly micros: readonly MicroPlan[] },
): Promise<Place> {
  return {
    ...of,
    id: 0,
    clone: await stack.repository(`${of.owner}/${of.name}`),
    all: of.micros,
    micros: of.micros,
    shas: new Set(),
    branches: new Set(),
    pulls: new Map(),
    isGone: false,
    isArchived: false,
    wasShut: false,
    rolledBack: new Set(),
    approved: new Set(),
    count: 0,
  }
}

export function pathOf(place: Place): string {
  return `/repos/${place.owner}/${place.name}`
}

/** Commits a change on the branch that is checked out. Nothing touched is a change of words alone. */
export async function commit(place: Place, { touched = [], isBroken = false, message }: Change): Promise<string> {
  const version = String(++place.count)
  const present = touched.flatMap((index) => place.micros[index] ?? [])
  const files = present.map((micro) => filesOf(micro, version))
  await place.clone.write(
    Object.assign({ 'README.md': version, 'micro.yml': isBroken ? brokenConfig : configOf(place.micros) }, ...files),
  )
  const sha = await place.clone.commit(message ?? `Change ${version}`)
  place.shas.add(sha)
  return sha
}

const following = new Set<ChildProcess>()

/** Pushes and waits until the forge shows it, not until it is deployed. */
export async function push(
  place: Place,
  github: GitHub,
  ref: { readonly from: string; readonly to: string },
): Promise<void> {
  const { clone } = place
  const sha = (await clone.git('rev-parse', ref.from)).trim()
  place.shas.add(sha)
  const child = spawn('git', ['push', '--quiet', '--force', 'origin', `${ref.from}:${ref.to}`], {
    cwd: clone.dir,
    stdio: 'ignore',
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' },
  })
  following.add(child)
  let end: number | null | undefined
  child.once('exit', (code) => {
    end = code
    following.delete(child)
  })
  for (const deadline = Date.now() + VISIBLE_MS; ; await sleep(20)) {
    const shown = await github.read<{ object: { sha: string } }>(
      `${pathOf(place)}/git/ref/${ref.to.replace('refs/', '')}`,
    )
    if (shown?.object.sha === sha) break
    if (Date.now() > deadline || (end !== undefined && end !== 0))
      throw new Error(`${place.name}: ${ref.to} was not pushed (${String(end)})`)
  }
  setTimeout(() => child.kill('SIGKILL'), FOLLOW_MS).unref()
  if (place.id === 0) place.id = (await github.read<{ id: number }>(pathOf(place)))?.id ?? 0
}

/** Removes a branch or a tag from the forge. */
export async function pushDeletion(place: Place, ref: string): Promise<void> {
  await Promise.race([place.clone.git('push', '--quiet', 'origin', `:${ref}`), sleep(FOLLOW_MS)])
}

/** Ends every `git push` that still follows a deployment. */
export function stopFollowing(): void {
  for (const child of following) child.kill('SIGKILL')
}
