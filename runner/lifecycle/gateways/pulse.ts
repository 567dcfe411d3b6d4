/** How often those that are connected are asked. */
const EVERY_MS = 5000
/** So often in a row one has no answer when it hangs, as a gateway's master counts: one that a busy machine gave no time has missed once. */
const MISSES = 2

export interface Pulse<One> {
  add(one: One): void
  remove(one: One): void
  /** It has said something, whatever it was. */
  heard(one: One): void
  close(): void
}

interface PulseOptions<One> {
  readonly ask: (one: One) => void
  /** Nothing has come from it since it was asked the first of two times: it has been silent for ten seconds at least. */
  readonly onSilent: (one: One) => void
}

/** Notices who hangs with the connection open: nobody else tells of that. */
export function keepPulse<One>({ ask, onSilent }: PulseOptions<One>): Pulse<One> {
  /** How often each was asked since it last said something. */
  const unanswered = new Map<One, number>()
  const beat = (): void => {
    for (const [one, times] of unanswered) {
      if (times >= MISSES) {
        onSilent(one)
        continue
      }
      unanswered.set(one, times + 1)
      ask(one)
    }
  }
  // When this process stood still itself, answers have come meanwhile that are read before `setImmediate` is due.
  const timer = setInterval(() => setImmediate(beat), EVERY_MS)
  timer.unref()
  return {
    add: (one) => void unanswered.set(one, 0),
    remove: (one) => void unanswered.delete(one),
    heard(one) {
      if (unanswered.has(one)) unanswered.set(one, 0)
    },
    close: () => clearInterval(timer),
  }
}
