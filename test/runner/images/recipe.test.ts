import { expect, test } from 'vitest'
import { baseReference, builderBase, runtimeReferences, sandboxBase } from '../../../runner/images/recipe.ts'
import { defaultRuntime } from '../../../runtimes/catalogue.ts'

test('a sandbox has no compiler and no package manager', () => {
  const packages = [...sandboxBase('python', 'bullseye').packages, ...sandboxBase('node', 'bookworm').packages]
  expect(packages.filter((name) => /gcc|g\+\+|make|git|pip|dev/.test(name))).toEqual([])
})

test('Node runtimes share one base, and one builder serves both languages', () => {
  expect(baseReference(sandboxBase('node', 'bookworm'))).not.toBe(baseReference(sandboxBase('python', 'bookworm')))
  expect(builderBase('bookworm').packages).toContain('python3-dev')
})

test('a changed loader changes the sandbox alone', () => {
  const before = runtimeReferences(defaultRuntime('node'), 'loader 1')
  const after = runtimeReferences(defaultRuntime('node'), 'loader 2')
  expect(after.sandbox).not.toBe(before.sandbox)
  expect([after.base, after.builder]).toEqual([before.base, before.builder])
})
