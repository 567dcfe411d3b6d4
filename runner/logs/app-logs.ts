import { setTimeout as delay } from 'node:timers/promises'
import { getDeployment } from '../../contract/store/deployments.ts'
import { appendAppLog, forgetOutputRead } from '../../contract/store/logs/app-logs.ts'
import type { Store } from '../../contract/store/connect.ts'
import type { Docker } from '../docker/client.ts'
import { containerState } from '../docker/containers.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Mask } from '../secrets/mask.ts'
import { takeOver } from './take-over.ts'

/** While the Docker daemon or Redis is away. */
const RETRY_MS = 1000
/** Whoever woke it waits for an answer meanwhile, and Docker keeps what it writes. */
const AFTER_START_MS = 250
/** Nobody waits longer for last words. */
const REST_MS = 3000

type Writer = Pick<Sandbox, 'containerId' | 'deploymentId'>

/** What micros write, on its way into their logs. Nothing here ever fails whoever calls it. */
export interface AppLogs {
  /**
   * Takes over what a sandbox has written since it was last looked at, and what it writes from now on.
   *
   * @param mask hides the secrets that it was started with, for as long as it lives, whatever is set meanwhile; where it is not known, as after
   *   the engine's own start, those that are set when it is first looked at.
   */
  follow(sandbox: Writer, mask?: Mask): void
  /** Takes over what is there and follows no more, because the sandbox is frozen. */
  rest(sandbox: Writer): Promise<void>
  /** The same for a sandbox whose processes have ended, before its container is removed. */
  finish(sandbox: Writer): Promise<void>
  /** A line of our own. */
  note(deploymentId: string, text: string): Promise<void>
  /** Follows no more; what was not taken over yet is by the next engine. */
  close(): Promise<void>
}

export interface AppLogsOptions {
  readonly docker: Docker
  readonly store: Store
  /** Hides a deployment's secrets in what it wrote. */
  readonly maskFor: (deploymentId: string) => Promise<Mask>
  readonly onProblem: (message: string, data: object) => void
  /** From when a sandbox runs until what it writes is taken over; the usual time unless told otherwise. */
  readonly afterStartMs?: number
}

/** What is done for one container at the moment; the next thing begins when this one has stopped. */
interface Job {
  readonly stop: AbortController
  readonly done: Promise<void>
}

type Work = (signal: AbortSignal) => Promise<void>

/** One reader a container at a time: the newest wish stops the one before it, and goes on where that one was. */
export function createAppLogs(options: AppLogsOptions): AppLogs {
  const { docker, store, onProblem, afterStartMs = AFTER_START_MS } = options
  const jobs = new Map<string, Job>()
  /** By container: a secret that was changed since is still the one that the process has. */
  const masks = new Map<string, Mask>()
  let closed = false

  const begin = async ({ containerId }: Writer, work: Work): Promise<void> => {
    const former = jobs.get(containerId)
    former?.stop.abort()
    const stop = new AbortController()
    const job = { stop, done: (former?.done ?? Promise.resolve()).then(() => work(stop.signal)) }
    jobs.set(containerId, job)
    await job.done
    if (jobs.get(containerId) === job) jobs.delete(containerId)
  }
  const take = async (sandbox: Writer, how: { readonly follow: boolean; readonly signal: AbortSignal }) => {
    how.signal.throwIfAborted()
    const mask = masks.get(sandbox.containerId) ?? (await options.maskFor(sandbox.deploymentId))
    masks.set(sandbox.containerId, mask)
    await takeOver({ docker, store, sandbox, mask, ...how })
  }
  const followToEnd = async (sandbox: Writer, signal: AbortSignal): Promise<void> => {
    await delay(afterStartMs, undefined, { signal }).catch(() => {
      // Aborted, the loop does not begin.
    })
    for (let running = true; running && !signal.aborted;) {
      try {
        await take(sandbox, { follow: true, signal })
        // A follower may miss the last words; and it ends with its connection, too.
        await take(sandbox, { follow: false, signal })
        running = (await containerState(docker, sandbox.containerId))?.running === true
      } catch (error) {
        if (signal.aborted) return
        onProblem('a micro’s output could not be read', { deploymentId: sandbox.deploymentId, err: error })
      }
      // Aborted, the loop ends.
      if (running) await delay(RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }
  const takeRest = async (sandbox: Writer, signal: AbortSignal): Promise<void> => {
    try {
      await take(sandbox, { follow: false, signal: AbortSignal.any([signal, AbortSignal.timeout(REST_MS)]) })
    } catch (error) {
      if (signal.aborted) return
      onProblem('a micro’s last output could not be read', { deploymentId: sandbox.deploymentId, err: error })
    }
  }
  return {
    follow(sandbox, mask) {
      if (mask !== undefined) masks.set(sandbox.containerId, mask)
      if (!closed) void begin(sandbox, (signal) => followToEnd(sandbox, signal))
    },
    rest: (sandbox) => begin(sandbox, (signal) => takeRest(sandbox, signal)),
    async finish(sandbox) {
      await begin(sandbox, (signal) => takeRest(sandbox, signal))
      masks.delete(sandbox.containerId)
      // It ends by itself in time.
      await forgetOutputRead(store, sandbox.containerId).catch(() => {})
    },
    async note(deploymentId, text) {
      try {
        // Ids come from a gateway, which strangers talk to: it must not crowd real logs out by those of nobody.
        if ((await getDeployment(store, deploymentId)) === undefined) return
        await appendAppLog(store, { deploymentId, lines: [{ atMs: Date.now(), stream: 'micropush', text }] })
      } catch (error) {
        onProblem('a line of a micro’s log could not be written', { deploymentId, err: error })
      }
    },
    async close() {
      closed = true
      for (const { stop } of jobs.values()) stop.abort()
      await Promise.all([...jobs.values()].map(({ done }) => done))
    },
  }
}
