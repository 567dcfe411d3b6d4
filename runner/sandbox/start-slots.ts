import { availableParallelism } from 'node:os'

/**
 * How many containers may be started at the same time: more of them at once take longer together than one after the other. Somebody waits for an `urgent`
 * start; one `ahead` of need stands back until nobody does.
 */
export interface StartSlots {
  /** Runs a start in its turn. @throws the signal's reason when it aborts before that. */
  run<T>(kind: 'urgent' | 'ahead', signal: AbortSignal, start: () => Promise<T>): Promise<T>
  /** Holds starts ahead of need back for as long as the work goes on, which may hold no slot itself, and a moment longer: its first visitor comes then. */
  hurry<T>(work: () => Promise<T>): Promise<T>
}

/** The Docker daemon starts four in a second on two cores, one by one or eight at once. */
const URGENT = Math.max(4, availableParallelism())
const AHEAD = 2
/** From the end of what somebody waited for until something is started ahead of need again; a start takes a processor for a third of a second. */
const REST_MS = 1000

interface Waiting {
  readonly kind: 'urgent' | 'ahead'
  readonly go: () => void
}

export function createStartSlots(most = { urgent: URGENT, ahead: AHEAD }, restMs = REST_MS): StartSlots {
  const running = { urgent: 0, ahead: 0 }
  let hurrying = 0
  let rest: NodeJS.Timeout | undefined
  const queue: Waiting[] = []

  const may = (kind: Waiting['kind']): boolean => {
    if (kind === 'urgent') return running.urgent < most.urgent
    return running.ahead < most.ahead && running.urgent === 0 && hurrying === 0 && rest === undefined
  }
  /** In their order, but urgent ones do not wait behind others. */
  const proceed = (): void => {
    for (;;) {
      const next = queue.find((one) => one.kind === 'urgent' && may('urgent')) ?? queue.find(({ kind }) => may(kind))
      if (next === undefined) return
      queue.splice(queue.indexOf(next), 1)
      running[next.kind] += 1
      next.go()
    }
  }
  const turn = async (kind: Waiting['kind'], signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted()
    const mine = Promise.withResolvers<void>()
    const waiting = { kind, go: mine.resolve }
    const leave = () => {
      const at = queue.indexOf(waiting)
      if (at < 0) return
      queue.splice(at, 1)
      mine.reject(signal.reason as Error)
    }
    signal.addEventListener('abort', leave, { once: true })
    queue.push(waiting)
    proceed()
    try {
      await mine.promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  return {
    async run(kind, signal, start) {
      await turn(kind, signal)
      try {
        return await start()
      } finally {
        running[kind] -= 1
        proceed()
      }
    },
    async hurry(work) {
      hurrying += 1
      try {
        return await work()
      } finally {
        hurrying -= 1
        clearTimeout(rest)
        rest = setTimeout(() => {
          rest = undefined
          proceed()
        }, restMs)
        rest.unref()
      }
    },
  }
}
