import { describe, expect, it } from 'vitest'
import { isInert } from '../../../../runner/build/plan/inert-lock.ts'

const lock = (packages: object, lockfileVersion = 3) =>
  JSON.stringify({ lockfileVersion, packages: { '': {}, ...packages } })
const inert = (packages: object, more: Record<string, string> = {}) =>
  isInert({ 'package.json': '{}', 'package-lock.json': lock(packages), ...more })

describe('an install that runs nothing of its packages', () => {
  it('has a lock file whose packages come from a registry and have no install script', () => {
    expect(inert({ 'node_modules/a': { version: '1.0.0' } })).toBe(true)
    expect(
      inert({ 'node_modules/a': { version: '1.0.0', resolved: 'https://registry.example/a/-/a-1.0.0.tgz' } }),
    ).toBe(true)
  })
  it('has no package with an install script', () => {
    expect(inert({ 'node_modules/a': { hasInstallScript: true } })).toBe(false)
  })
  it('has no package from a git address, a file or a folder', () => {
    expect(inert({ 'node_modules/a': { resolved: 'git+ssh://git@example.com/a.git#1' } })).toBe(false)
    expect(inert({ 'node_modules/a': { resolved: 'file:a.tgz' } })).toBe(false)
    expect(inert({ 'node_modules/a': { resolved: 'packages/a', link: true } })).toBe(false)
  })
  it.each([
    { 'node_modules/a': { version: 'git+https://example.com/a.git#1' } },
    { 'node_modules/a': { version: 'github:someone/a' } },
    { 'node_modules/a': { version: 'someone/a' } },
    { 'node_modules/a': { version: 'file:../a' } },
    { 'node_modules/a': { version: '1.0.0', name: 'a@git+https://example.com/a.git#' } },
    { 'node_modules/a@git+https:': { version: '1.0.0' } },
    { 'node_modules/@a@file:/x': { version: '1.0.0' } },
    { 'packages/a': { version: '1.0.0' } },
  ])('has no package that is from elsewhere in disguise of a version or a name: %j', (packages) => {
    expect(inert(packages)).toBe(false)
  })
  it.each([
    'https://github.com/someone/a',
    'https://github.com/someone/a.git',
    'https://github.com/someone/a.tgz',
    'https://www.github.com/someone/-/a.tgz',
    'https://gitlab.com/someone/a.tgz',
    'https://bitbucket.org/someone/-/a.tgz',
    'https://gist.github.com/-/a.tgz',
    'https://git.sr.ht/~someone/-/a.tgz',
    'https://registry.example/a.tgz',
    'https://registry.example/a/-/a-1.0.0.tgz/x',
    'https://',
  ])('has no address that is none of a registry, or that npm takes for one of git: %s', (resolved) => {
    expect(inert({ 'node_modules/a': { version: '1.0.0', resolved } })).toBe(false)
  })
  it.each([
    'git+https://example.com/b.git',
    'someone/b',
    'github:someone/b',
    'https://example.com/b',
    'file:b',
    '../b',
  ])('asks for nothing but versions, in package.json and in the lock file: %s', (spec) => {
    for (const field of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']) {
      expect(inert({}, { 'package.json': JSON.stringify({ [field]: { b: spec } }) })).toBe(false)
      expect(inert({ 'node_modules/a': { version: '1.0.0', [field]: { b: spec } } })).toBe(false)
    }
    expect(inert({}, { 'package.json': JSON.stringify({ overrides: { a: { b: spec } } }) })).toBe(false)
  })
  it('may ask for ranges, tags and other names of packages, below others too', () => {
    const dependencies = { a: '^1.2.0 || >=3 <4', b: 'latest', c: 'npm:@of/another@1.x', '@of/d': '*' }
    const peerDependenciesMeta = { a: { optional: true } }
    const packages = {
      'node_modules/@of/d': { version: '1.0.0-rc.1+build', name: '@of/another', dependencies, peerDependenciesMeta },
      'node_modules/@of/d/node_modules/a.b': { version: '2.0.0', engines: { node: '>=18' } },
    }
    expect(inert(packages, { 'package.json': JSON.stringify({ dependencies, overrides: { a: { b: '1' } } }) })).toBe(
      true,
    )
  })
  it('has no .npmrc, which could name programs', () => {
    expect(inert({}, { '.npmrc': 'git=/app/evil' })).toBe(false)
  })
  it('has a lock file that can be read and tells of scripts', () => {
    expect(isInert({ 'package.json': '{}' })).toBe(false)
    expect(isInert({ 'package.json': '{}', 'package-lock.json': '{' })).toBe(false)
    expect(isInert({ 'package.json': '{}', 'package-lock.json': lock({}, 1) })).toBe(false)
    expect(isInert({ 'package.json': '{}', 'yarn.lock': '' })).toBe(false)
  })
})
