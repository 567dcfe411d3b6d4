import { expect, test } from 'vitest'
import { rewriteSources } from '../../../runner/images/debian.ts'

test('the host’s own mirrors are used for another suite, and what is not Debian’s main is left out', () => {
  const listed = [
    'http://mirror.example/debian/ bookworm main',
    'http://mirror.example/debian/ bookworm main',
    'http://mirror.example/debian/ bookworm contrib',
    'http://mirror.example/security/ bookworm-security main',
    'http://vendor.example/apt/ stable main',
    '',
  ].join('\n')
  expect(rewriteSources(listed, { codename: 'bookworm', suite: 'trixie' })).toEqual([
    'deb http://mirror.example/debian/ trixie main',
    'deb http://mirror.example/security/ trixie-security main',
  ])
})
