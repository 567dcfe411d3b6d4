import { expect, it } from 'vitest'
import { parseCommand } from '../../../src/events/parse-command.ts'

it.each([
  ['/rollback', 'rollback', []],
  ['/rollback web', 'rollback', ['web']],
  ['/rollback web abc1234', 'rollback', ['web', 'abc1234']],
  ['/RollBack ABC1234  ', 'rollback', ['abc1234']],
  ['/deploy\t web', 'deploy', ['web']],
  ['/redeploy', 'redeploy', []],
  ['/resume web\nBecause it is mended.', 'resume', ['web']],
  ['/resume\r\nmore', 'resume', []],
] as const)('%j is a command', (body, name, words) => {
  expect(parseCommand(body)).toEqual({ name, words })
})

it.each([
  '',
  'rollback',
  ' /rollback',
  '    /rollback',
  '\t/rollback',
  '\n/rollback',
  '> /rollback',
  '```\n/rollback\n```',
  '`/rollback`',
  '- /rollback',
  'please /rollback',
  '/rollback please, it is broken',
  '/rollback a b c',
  '/rollback ../../etc/passwd',
  '/rollback $(reboot)',
  '/rollback <img src=x>',
  '/rollback @ada/everybody',
  '/rollback web; drop',
  '/rollbacks',
  '/approve',
  '//rollback',
  '/rollback\u200B',
  '/rollback web\u2028abc1234 and more',
  '/resume web api',
  `/rollback ${'a'.repeat(101)}`,
  '<!-- -->\n/rollback',
])('%j is none', (body) => {
  expect(parseCommand(body)).toBeUndefined()
})

it('takes no longer for a line that was made to take long', () => {
  const begun = performance.now()
  expect(parseCommand(`/rollback ${' \t'.repeat(30_000)}!`)).toBeUndefined()
  expect(parseCommand(`/rollback ${'a-'.repeat(30_000)}!`)).toBeUndefined()
  expect(performance.now() - begun).toBeLessThan(1000)
})
