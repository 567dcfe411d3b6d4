import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { say } from '../../setup/say.ts'
import { childEnvironment } from '../env.ts'
import { filesToRepeat, type VitestReport } from './vitest-report.ts'

interface Suites {
  readonly root: string
  readonly projects: readonly string[]
}

/**
 * Runs the test suites and closes with one line that counts them; gives the exit code. Failed files of the suites that share the machine are
 * run once more, alone, and what passes only then is named as unsteady: docs/decisions/0022.
 */
export async function runSuites(suites: Suites, signal: AbortSignal): Promise<number> {
  const first = await runVitest(suites, [], signal)
  tally(first.report)
  if (first.code === 0) return 0
  const again = filesToRepeat(first.report, suites.root)
  if (again.length === 0 || signal.aborted) return first.code
  const names = again.map((path) => relative(suites.root, path))
  say(`Running alone what failed: ${names.join(', ')}`)
  const second = await runVitest(suites, ['--no-file-parallelism', '--maxWorkers=1', ...names], signal)
  tally(second.report)
  if (second.code === 0) say(`! Unsteady: failed beside others, passed alone: ${names.join(', ')}`)
  return second.code
}

function tally({ numPassedTests, numFailedTests, numPendingTests }: VitestReport): void {
  say(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
}

async function runVitest(
  { root, projects }: Suites,
  more: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly code: number; readonly report: VitestReport }> {
  const dir = await mkdtemp(join(tmpdir(), 'mp-test-'))
  const report = join(dir, 'report.json')
  try {
    const child = spawn(
      process.execPath,
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        ...projects.map((project) => `--project=${project}`),
        '--reporter=default',
        '--reporter=json',
        `--outputFile=${report}`,
        ...more,
      ],
      { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: childEnvironment({ FORCE_COLOR: '0' }), signal },
    )
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    return { code: code ?? 1, report: JSON.parse(await readFile(report, 'utf8')) as VitestReport }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
