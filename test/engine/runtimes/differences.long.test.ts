import { readFile } from 'node:fs/promises'
import { availableParallelism, release, totalmem, uptime } from 'node:os'
import { expect, test } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { ask, isolationsHere, openStage } from '../sandbox/stage.ts'

interface Facts {
  readonly release: string
  /** Bytes. */
  readonly memory: number
  readonly processors: number
  /** Seconds. */
  readonly uptime: number
  readonly rows: Readonly<Record<string, string>>
  /** Microseconds by operation. */
  readonly times: Readonly<Record<'stat' | 'open' | 'spawn', number>>
}

const page = new URL('../../../docs/gvisor.md', import.meta.url)
const source = new URL('fixtures/differences.py', import.meta.url)
const isolations = await isolationsHere()

test.each(isolations)('the page about gVisor says what an app sees under %s', async (isolation) => {
  const column = isolation === 'runc' ? 1 : 2
  const documented = Object.fromEntries((await rowsOfPage()).map((row) => [row[0], row[column]]))
  expect(words(await look(isolation))).toEqual(documented)
})

test.skipIf(!isolations.includes('gvisor'))(
  'files and processes cost more under gVisor, as the page says',
  async () => {
    const runc = await look('runc')
    const gvisor = await look('gvisor')
    console.log('runc', runc.times, 'gVisor', gvisor.times)
    expect(gvisor.times.open).toBeGreaterThan(runc.times.open)
    expect(gvisor.times.spawn).toBeGreaterThan(runc.times.spawn)
  },
)

const seen = new Map<string, Promise<Facts>>()

function look(isolation: 'runc' | 'gvisor'): Promise<Facts> {
  const looked = seen.get(isolation) ?? askSandbox(isolation)
  seen.set(isolation, looked)
  return looked
}

async function askSandbox(isolation: 'runc' | 'gvisor'): Promise<Facts> {
  const stage = await openStage(isolation)
  try {
    const sandbox = await stage.start({ language: 'python', files: { 'main.py': await readFile(source, 'utf8') } })
    const facts: Facts = JSON.parse((await ask(sandbox)).body)
    return facts
  } finally {
    await stage.close()
  }
}

/** What depends on the machine, in words that do not. */
function words(facts: Facts): Record<string, string> {
  return {
    '`uname -r`': facts.release === release() ? "the host's" : facts.release.replace(/^[\d.]+-gvisor$/, "gVisor's own"),
    '`MemTotal` in `/proc/meminfo`':
      // What gVisor's own kernel takes is given on top.
      facts.memory - defaultLimits.memoryBytes === 20 * 1024 * 1024
        ? "the sandbox's limit and 20 MB"
        : ofHost(facts.memory, totalmem()),
    'number of processors': ofHost(facts.processors, availableParallelism()),
    '`/proc/uptime`': facts.uptime < uptime() / 2 ? "the sandbox's" : "the host's",
    ...facts.rows,
  }
}

function ofHost(value: number, host: number): string {
  return Math.abs(value - host) < host / 100 ? "the host's" : String(value)
}

/** The cells of the page's table, without its head. */
async function rowsOfPage(): Promise<string[][]> {
  const lines = (await readFile(page, 'utf8')).split('\n').filter((line) => line.startsWith('| '))
  return lines.slice(1).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
