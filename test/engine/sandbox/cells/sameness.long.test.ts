import { readFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Limits } from '../../../../contract/limits.ts'
import { destroySandbox } from '../../../../runner/sandbox/destroy-sandbox.ts'
import { ask } from '../stage.ts'
import { openCellStage, type CellStage } from './cell-stage.ts'

/**
 * What differs, because only a new process has it anew: what the kernel shows of its birth, and how long ago that was. Its number, its user's
 * and memory addresses differ each time, and are not said.
 */
const DIFFERENCES = new Set(['cmdline', 'environ', 'uptime', 'timeOrigin'])

let place: CellStage
beforeAll(async () => {
  place = await openCellStage()
})
afterAll(() => place.close())

const dump = async (name: string): Promise<string> => readFile(join(import.meta.dirname, 'fixtures', name), 'utf8')

type Facts = Record<string, unknown>

interface Asked {
  readonly env: Record<string, string>
  readonly limits?: Partial<Limits>
}

/** What an app sees when its sandbox was started for it, and when the sandbox waited for it. */
async function both(language: 'node' | 'python', { env, limits = {} }: Asked): Promise<Facts[]> {
  const files =
    language === 'node'
      ? { 'index.js': await dump('dump.js'), 'own.js': '', 'node_modules/.keep': '' }
      : { 'main.py': await dump('dump.py'), 'queue.py': '' }
  const seen: Facts[] = []
  for (const way of ['plain', 'cell'] as const) {
    if (way === 'cell') await place.ready(language)
    const { cacheDir, dependenciesDir } = await folders(language)
    const spec = { ...(await place.stage.spec({ language, files, env, limits })), dependenciesDir, cacheDir }
    const sandbox = await place.startSpec(spec, way)
    const facts: Facts = JSON.parse((await ask(sandbox)).body)
    await destroySandbox(place.context, sandbox, { graceSeconds: 0 })
    // What is each sandbox's own: its folders on the host, numbers of mounts, pipes and devices.
    const own = [...new Set([sandbox.id, sandbox.containerId, spec.deploymentId])].join('|')
    facts['mounts'] = mountsOf(String(facts['mounts']), own)
    facts['fds'] = JSON.parse(JSON.stringify(facts['fds']).replaceAll(/:\[\d+\]/g, ''))
    seen.push(facts)
  }
  return seen
}

/** Place, flags and what is there, in the order of places. */
function mountsOf(mountinfo: string, own: string): string[] {
  const lines = mountinfo
    .trim()
    .split('\n')
    .map((line) => {
      const [, , , root, target, options, ...rest] = line.split(' ')
      return [target, options, root, ...rest.slice(rest.indexOf('-'))].join(' ')
    })
  return lines
    .map((line) => line.replaceAll(new RegExp(`${own}|loop\\d+|overlay2/[^,\\s]+|l/[A-Z0-9]+`, 'g'), '…'))
    .toSorted()
}

async function folders(language: 'node' | 'python') {
  const dependenciesDir = join(place.stage.dataDir, 'dependencies')
  const cacheDir = join(place.stage.dataDir, 'cache')
  await mkdir(join(dependenciesDir, 'dep'), { recursive: true })
  await mkdir(join(cacheDir, language), { recursive: true })
  await writeFile(join(dependenciesDir, 'dep', 'index.js'), '')
  return { dependenciesDir, cacheDir }
}

describe.each(['node', 'python'] as const)('what a %s app sees in a sandbox that waited for it', (language) => {
  test.each<[string, Asked]>([
    [
      'with its own variables',
      { env: { GREETING: 'grüß dich', EMPTY: '', LINES: 'a\nb=c', HOME: '/tmp/me', NODE_ENV: 'test' } },
    ],
    [
      'with variables that a process reads at its start',
      { env: { TZ: 'Europe/Berlin', NODE_OPTIONS: '--no-warnings', LC_ALL: 'C', PYTHONUTF8: '1' } },
    ],
    ['with more memory', { env: {}, limits: { memoryBytes: 2 ** 30 } }],
    ['with less memory', { env: {}, limits: { memoryBytes: 2 ** 28 } }],
  ])('is what it sees in one that was started for it, %s', async (_name, asked) => {
    const [plain = {}, cell = {}] = await both(language, asked)
    expect(place.problems).toEqual([])
    for (const name of Object.keys(plain).filter((one) => !DIFFERENCES.has(one)))
      expect.soft(cell[name], name).toEqual(plain[name])
    expect(Object.keys(cell)).toEqual(Object.keys(plain))
    expect(JSON.stringify(plain['mounts'])).toMatch(/\/app ro,/)
  })
})
