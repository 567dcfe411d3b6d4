import { join } from 'node:path'
import { useDocker } from '../../setup/docker.ts'
import { ensureRequirements } from '../../setup/requirements.ts'
import { say, step } from '../../setup/say.ts'
import { readSettings } from '../env.ts'
import { run } from '../run.ts'
import { oneShot } from '../start/services.ts'
import { runSuites } from './run-suites.ts'

const RUNTIMES = ['nodejs14', 'nodejs24', 'python3.9', 'python3.13'] as const
const root = join(import.meta.dirname, '..', '..')
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

/** The static checks, cheapest first; each names what it found by itself. */
const checks: readonly (readonly [string, readonly [string, ...string[]]])[] = [
  ['Format (oxfmt)', [bin('oxfmt'), '--check']],
  ['Lint (oxlint)', [bin('oxlint'), '--type-aware', '--quiet']],
  ['Types (tsc)', [bin('tsc')]],
  ['Dead code (knip)', [bin('knip')]],
]

/** `npm test`: sets up what the tests need, then checks and tests; gives the exit code. */
export async function test(signal: AbortSignal): Promise<number> {
  const settings = readSettings()
  await ensureRequirements()
  await using docker = await useDocker(settings.dockerSocket)
  say(`✓ Docker Engine ${docker.version}`)
  await run(oneShot('setup/gvisor.ts', ['--if-possible']), { onLine: say, stdout: 'lines', signal })
  await run(oneShot('runner/images/main.ts', [...RUNTIMES]), { onLine: say, stdout: 'lines', signal })
  say(`✓ Images of ${RUNTIMES.join(', ')}`)
  for (const [what, command] of checks) {
    await step(what, () => run(command, { cwd: root, onLine: say, stdout: 'lines', signal }))
  }
  return await runSuites(root, signal)
}
