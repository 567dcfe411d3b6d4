import { expect, test } from 'vitest'
import { loaderCommand, runtimeEnvironment, shellCommand } from '../../runtimes/launch.ts'

test('a loader gets the entry as an absolute path in the sandbox', () => {
  expect(loaderCommand('node', 'src/index.js').slice(-2)).toEqual([
    '/opt/micropush/node/loader.cjs',
    '/app/src/index.js',
  ])
  expect(loaderCommand('python', 'main.py').at(-1)).toBe('/app/main.py')
})

test('a command is run by a shell as it stands', () => {
  expect(shellCommand('a && b "c d"')).toEqual(['sh', '-c', 'a && b "c d"'])
})

test('programs that dependencies bring along are found first, and home is the place that can be written', () => {
  for (const language of ['node', 'python'] as const) {
    const env = runtimeEnvironment(language)
    expect(env['HOME']).toBe('/tmp')
    expect(env['PATH']?.split(':').slice(0, 2)).toEqual(['/app/node_modules/.bin', '/dependencies/bin'])
  }
})
