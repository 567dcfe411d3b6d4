import { join } from 'node:path'
import { useDocker } from '../../setup/docker.ts'
import { ensureRequirements } from '../../setup/requirements.ts'
import { say, step } from '../../setup/say.ts'
import { readSettings } from '../env.ts'
import { run } from '../run.ts'
import { oneShot } from '../start/services.ts'
import { runSuites } from './run-suites.ts'

const root = join(import.meta.dirname, '..', '..')
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

/** The static checks, cheapest first; each names what it found by itself. */
const checks: readonly (readonly [string, readonly [string, ...string[]]])[] = [
  ['Format (oxfmt)', [bin('oxfmt'), '--check']],
  ['Lint (oxlint)', [bin('oxlint'), '--type-aware', '--quiet']],
  ['Types (tsc)', [bin('tsc')]],
  ['Dead code (knip)', [bin('knip')]],
]

/** What each set of suites needs, and which projects of vitest it is. */
const sets = {
  usual: { projects: ['unit', 'engine*', 'journey'], runtimes: ['nodejs14', 'nodejs24', 'python3.9', 'python3.13'] },
  /** More than ten minutes' worth: it makes further images by itself, as it comes to them. */
  long: { projects: ['long*'], runtimes: ['nodejs14', 'nodejs24', 'python3.9', 'python3.13'] },
} as const

/** `npm test` and `npm run test:long`: sets up what the tests need, then checks and tests; gives the exit code. */
export async function test(which: keyof typeof sets, signal: AbortSignal): Promise<number> {
  const { projects, runtimes } = sets[which]
  const settings = readSettings()
  await ensureRequirements()
  await using docker = await useDocker(settings.dockerSocket)
  say(`✓ Docker Engine ${docker.version}`)
  await run(oneShot('setup/gvisor/main.ts', ['--if-possible']), { onLine: say, stdout: 'lines', signal })
  await run(oneShot('runner/images/main.ts', [...runtimes]), { onLine: say, stdout: 'lines', signal })
  say(`✓ Images of ${runtimes.join(', ')}`)
  for (const [what, command] of which === 'usual' ? checks : []) {
    await step(what, () => run(command, { cwd: root, onLine: say, stdout: 'lines', signal }))
  }
  return await runSuites({ root, projects }, signal)
}
