import { expect, it } from 'vitest'
import { parseLogsArguments } from '../../../cli/logs/parse-arguments.ts'

const id = `d${'0a'.repeat(15)}`

it('takes a micro and what to show of it', () => {
  expect(parseLogsArguments(['ada/shop/api', '-f', '-n', '5'])).toEqual({
    target: { fullName: 'ada/shop', micro: 'api' },
    deploymentId: undefined,
    count: 5,
    follow: true,
  })
  expect(parseLogsArguments(['ada/shop'])).toMatchObject({ count: 100, follow: false })
  expect(parseLogsArguments(['--deployment', id])).toMatchObject({ target: undefined, deploymentId: id })
})

it.each([
  [['ada'], /names no repository/],
  [['ada/shop', 'ada/other'], /One micro/],
  [['ada/shop', '-n', 'many'], /"many"/],
  [['ada/shop', '-n', '-1'], /-n|ambiguous/],
  [['ada/shop', '--deployment', 'latest'], /"latest" is no deployment/],
  [['ada/shop', '--colour'], /--colour/],
])('says what is wrong with %j', (args, words) => {
  expect(() => parseLogsArguments(args)).toThrow(words)
})
