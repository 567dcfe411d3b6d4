import { expect, test } from 'vitest'
import { rewriteSources } from '../../../../runner/images/distribution/mirrors.ts'

test('the host’s own mirrors are used for another suite, and what is not Debian’s main is left out', () => {
  const listed = [
    'http://mirror.example/debian/ bookworm main',
    'http://mirror.example/debian/ bookworm main',
    'http://mirror.example/debian/ bookworm contrib',
    'http://mirror.example/security/ bookworm-security main',
    'http://vendor.example/apt/ stable main',
    '',
  ].join('\n')
  expect(rewriteSources(listed, { codename: 'bookworm', suite: 'trixie', components: ['main'] })).toEqual([
    'deb http://mirror.example/debian/ trixie main',
    'deb http://mirror.example/security/ trixie-security main',
  ])
})

test('a host that is Ubuntu has its mirrors used for Ubuntu’s older suites, universe included', () => {
  const listed = [
    'http://mirror.example/ubuntu/ noble main',
    'http://mirror.example/ubuntu/ noble universe',
    'http://mirror.example/ubuntu/ noble multiverse',
    'http://mirror.example/ubuntu/ noble-updates universe',
    'http://mirror.example/ubuntu/ noble-backports main',
  ].join('\n')
  expect(rewriteSources(listed, { codename: 'noble', suite: 'bionic', components: ['main', 'universe'] })).toEqual([
    'deb http://mirror.example/ubuntu/ bionic main',
    'deb http://mirror.example/ubuntu/ bionic universe',
    'deb http://mirror.example/ubuntu/ bionic-updates universe',
  ])
})
