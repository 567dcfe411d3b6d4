import { readMemory, type Memory } from './read-memory.ts'

const MB = 1024 ** 2
/** What is kept free when the operator says nothing: room for a visitor's cold start, for a build, and for everybody's caches. */
const RESERVE_SHARE = 0.1
const LEAST_RESERVE_BYTES = 512 * MB
/** Memory does not change faster than it is of use to know. */
const READ_EVERY_MS = 1000

/**
 * `none`: there is enough. `some`: less is free than the reserve, so nothing is started that nobody waits for, and frozen sandboxes are let
 * go. `full`: less than half of it.
 */
export type Pressure = 'none' | 'some' | 'full'

export interface MemoryWatch {
  pressure(): Pressure
  /** What is missing from the reserve at this moment, in bytes; 0 when there is enough. What was just given back counts. */
  lackingBytes(): number
}

interface Options {
  /** What is to stay free; undefined for the usual share. */
  readonly reserveBytes: number | undefined
  readonly read?: () => Memory | undefined
  /** Milliseconds of a clock that only goes on. */
  readonly now?: () => number
}

/** Says how much memory is left. It looks when it is asked, for the pressure at most once a second, and runs no timer of its own. */
export function createMemoryWatch({
  reserveBytes,
  read = readMemory,
  now = () => performance.now(),
}: Options): MemoryWatch {
  let last: { readonly atMs: number; readonly memory: Memory | undefined } | undefined
  const look = (atMs: number): Memory | undefined => {
    last = { atMs, memory: read() }
    return last.memory
  }
  return {
    pressure() {
      const nowMs = now()
      const memory = last !== undefined && nowMs - last.atMs < READ_EVERY_MS ? last.memory : look(nowMs)
      return memory === undefined ? 'none' : pressureOf(memory, reserveBytes)
    },
    lackingBytes() {
      const memory = look(now())
      return memory === undefined ? 0 : Math.max(0, reserveOf(memory, reserveBytes) - memory.availableBytes)
    },
  }
}

function pressureOf(memory: Memory, reserveBytes: number | undefined): Pressure {
  const reserve = reserveOf(memory, reserveBytes)
  if (memory.availableBytes >= reserve) return 'none'
  return memory.availableBytes >= reserve / 2 ? 'some' : 'full'
}

export function reserveOf({ totalBytes }: Memory, reserveBytes: number | undefined): number {
  return reserveBytes ?? Math.max(LEAST_RESERVE_BYTES, Math.round(totalBytes * RESERVE_SHARE))
}
