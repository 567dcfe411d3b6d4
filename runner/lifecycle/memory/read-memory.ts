import { readFileSync } from 'node:fs'

/** The machine's memory, in bytes. */
export interface Memory {
  readonly totalBytes: number
  /** What can be had without swapping, caches that can be dropped included: `MemAvailable` of proc_meminfo(5). */
  readonly availableBytes: number
}

/** Undefined where the kernel does not say. In a container it says the host's, whose memory it is. */
export function readMemory(path = '/proc/meminfo'): Memory | undefined {
  let text: string
  try {
    // It is made of counters while it is read, and never waits for a disk.
    text = readFileSync(path, 'utf8')
  } catch {
    // Not mounted: then nobody can say whether there is enough.
    return undefined
  }
  return parseMemory(text)
}

function parseMemory(text: string): Memory | undefined {
  const bytesOf = (name: string): number | undefined => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  }
  const [totalBytes, availableBytes] = [bytesOf('MemTotal'), bytesOf('MemAvailable')]
  return totalBytes === undefined || availableBytes === undefined ? undefined : { totalBytes, availableBytes }
}
