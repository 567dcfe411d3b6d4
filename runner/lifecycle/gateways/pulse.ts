/** How often those that are connected are asked; they have as long for the answer. */
const EVERY_MS = 5000

export interface Pulse<One> {
  add(one: One): void
  remove(one: One): void
  /** It has said something, whatever it was. */
  heard(one: One): void
  close(): void
}

interface PulseOptions<One> {
  readonly ask: (one: One) => void
  /** Nothing has come from it since it was asked. */
  readonly onSilent: (one: One) => void
}

/** Notices who hangs with the connection open: nobody else tells of that. */
export function keepPulse<One>({ ask, onSilent }: PulseOptions<One>): Pulse<One> {
  const all = new Set<One>()
  const asked = new Set<One>()
  const beat = (): void => {
    for (const one of asked) onSilent(one)
    asked.clear()
    for (const one of all) {
      asked.add(one)
      ask(one)
    }
  }
  // When this process stood still itself, answers have come meanwhile that are read before `setImmediate` is due.
  const timer = setInterval(() => setImmediate(beat), EVERY_MS)
  timer.unref()
  return {
    add: (one) => void all.add(one),
    remove(one) {
      all.delete(one)
      asked.delete(one)
    },
    heard: (one) => void asked.delete(one),
    close: () => clearInterval(timer),
  }
}
