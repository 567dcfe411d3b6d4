import { describe, expect, it } from 'vitest'
import { isInert } from '../../../../runner/build/plan/inert-lock.ts'

const lock = (packages: object, lockfileVersion = 3) =>
  JSON.stringify({ lockfileVersion, packages: { '': {}, ...packages } })
const inert = (packages: object, more: Record<string, string> = {}) =>
  isInert({ 'package.json': '{}', 'package-lock.json': lock(packages), ...more })

describe('an install that runs nothing of its packages', () => {
  it('has a lock file whose packages come from a registry and have no install script', () => {
    expect(inert({ 'node_modules/a': { version: '1.0.0' } })).toBe(true)
    expect(inert({ 'node_modules/a': { version: '1.0.0', resolved: 'https://registry.example/a.tgz' } })).toBe(true)
  })
  it('has no package with an install script', () => {
    expect(inert({ 'node_modules/a': { hasInstallScript: true } })).toBe(false)
  })
  it('has no package from a git address, a file or a folder', () => {
    expect(inert({ 'node_modules/a': { resolved: 'git+ssh://git@example.com/a.git#1' } })).toBe(false)
    expect(inert({ 'node_modules/a': { resolved: 'file:a.tgz' } })).toBe(false)
    expect(inert({ 'node_modules/a': { resolved: 'packages/a', link: true } })).toBe(false)
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
