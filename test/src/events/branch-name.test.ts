import { expect, it } from 'vitest'
import { isBranchName } from '../../../src/events/branch-name.ts'

it.each(['main', 'feature/a', 'größe-🚀', 'v1.2.x', 'a@b', '@', 'dependabot/npm_and_yarn/x-1.0', "it's", 'a,b;c&d'])(
  'takes %j for the name of a branch',
  (name) => expect(isBranchName(name)).toBe(true),
)

it.each([
  '',
  ' ',
  'a b',
  'a..b',
  '../x',
  '.hidden',
  'a/.b',
  'a.lock',
  'a.lock/b',
  'a/',
  '/a',
  'a//b',
  'a.',
  'a@{1}',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[',
  'a\\b',
  'a\u0000',
  'a\n',
  'a\u001b[31m',
  'a\u007f',
])('knows that git has no branch named %j', (name) => expect(isBranchName(name)).toBe(false))
