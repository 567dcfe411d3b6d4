import { expect, test } from 'vitest'
import { filesToRepeat } from '../../../cli/test/vitest-report.ts'

const failed = (...names: readonly string[]) => ({ testResults: names.map((name) => ({ name, status: 'failed' })) })

test('a failed file of a suite that shares the machine may be run once more', () => {
  const report = failed('/repo/test/engine/sandbox/network.test.ts', '/repo/test/src/report/pace.long.test.ts')
  expect(filesToRepeat(report, '/repo')).toEqual(report.testResults.map(({ name }) => name))
})

test('what passed is not run again', () => {
  const { testResults } = failed('/repo/test/journey/push.test.ts')
  const passed = { name: '/repo/test/journey/deta.test.ts', status: 'passed' }
  expect(filesToRepeat({ testResults: [...testResults, passed] }, '/repo')).toEqual(['/repo/test/journey/push.test.ts'])
})

test('a failed unit test stays failed, and whatever failed with it', () => {
  expect(filesToRepeat(failed('/repo/test/contract/limits.test.ts', '/repo/test/engine/a.test.ts'), '/repo')).toEqual(
    [],
  )
})

test('many failed files have failed for a reason', () => {
  const names = Array.from({ length: 6 }, (_, at) => `/repo/test/journey/${at}.test.ts`)
  expect(filesToRepeat(failed(...names), '/repo')).toEqual([])
})
