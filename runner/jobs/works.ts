import { MicropushError } from '../../contract/errors.ts'

/** Deployments that this process works on: none twice at once, and each can be told to stop. */
export interface Works {
  /**
   * Runs `work`, or waits for what already works on this deployment: a job whose lock was lost while Redis was away is begun
   * again beside itself.
   *
   * @param work gets the signal that `stop` and `until` abort.
   */
  join<T>(deploymentId: string, until: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /**
   * Aborts the work on a deployment with this reason, and resolves when it has ended in any way.
   *
   * @throws MicropushError `deadline` when it does not end.
   */
  stop(deploymentId: string, reason: Error): Promise<void>
}

/** Containers are killed and folders removed in seconds; it takes two minutes until nobody waits for Docker's removal any more. */
const STOP_MS = 150_000

interface Work {
  readonly stop: AbortController
  readonly end: Promise<unknown>
}

export function createWorks(): Works {
  const works = new Map<string, Work>()
  return {
    async join<T>(id: string, until: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      const other = works.get(id)
      // Each kind of work is the only one under its ids.
      if (other !== undefined) return (await other.end) as T
      const stop = new AbortController()
      const end = work(AbortSignal.any([until, stop.signal])).finally(() => works.delete(id))
      works.set(id, { stop, end })
      return end
    },
    async stop(id, reason) {
      const work = works.get(id)
      if (work === undefined) return
      work.stop.abort(reason)
      const { promise: late, reject } = Promise.withResolvers<never>()
      const timer = setTimeout(() => reject(new MicropushError('deadline', 'A build could not be stopped.')), STOP_MS)
      // How it ended is told to who began it.
      await Promise.race([work.end.catch(() => {}), late]).finally(() => clearTimeout(timer))
    },
  }
}
