import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { say } from '../../setup/say.ts'
import { childEnvironment } from '../env.ts'

interface Counts {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
}

/** Runs the test suites and closes with one line that counts them; gives the exit code. */
export async function runSuites(
  { root, projects }: { readonly root: string; readonly projects: readonly string[] },
  signal: AbortSignal,
): Promise<number> {
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
      ],
      { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: childEnvironment({ FORCE_COLOR: '0' }), signal },
    )
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    const counts = JSON.parse(await readFile(report, 'utf8')) as Counts
    say(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} skipped`)
    return code ?? 1
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
