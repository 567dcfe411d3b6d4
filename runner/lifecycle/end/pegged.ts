import { cpus } from 'node:os'

/** Share of one core over the window. A micro that waits for something else, however long, uses next to nothing. */
const PEGGED = 0.9
/** The same on a machine that has no core to spare: then nobody gets a whole one. */
const PEGGED_IN_A_CROWD = 0.2
/** Share of all cores that may be idle on a machine which has none to spare. */
const CROWDED = 0.1

interface Use {
  /** Processor time that the micro used. */
  readonly usedMs: number
  readonly windowMs: number
  /** Share of all cores' time that was idle. */
  readonly idle: number
}

/** Whether a micro used all of the processor that it could get. */
export function isPegged({ usedMs, windowMs, idle }: Use): boolean {
  return usedMs >= (idle < CROWDED ? PEGGED_IN_A_CROWD : PEGGED) * windowMs
}

/** Measures which share of all cores' time is idle from now until it is called. */
export function measureIdle(): () => number {
  const before = coreTimes()
  return () => {
    const after = coreTimes()
    const all = after.all - before.all
    return all <= 0 ? 1 : (after.idle - before.idle) / all
  }
}

function coreTimes(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((core) => core.times)
  const sum = (of: (one: (typeof times)[number]) => number) => times.reduce((total, one) => total + of(one), 0)
  return { idle: sum(({ idle }) => idle), all: sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq) }
}
