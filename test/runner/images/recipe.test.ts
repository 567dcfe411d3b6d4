import { expect, test } from 'vitest'
import { baseReference, builderBase, runtimeReferences, sandboxBase } from '../../../runner/images/recipe.ts'
import { defaultRuntime, runtimes } from '../../../runtimes/catalogue.ts'

test('a sandbox has no compiler and no package manager', () => {
  const packages = [...sandboxBase('python', 'bullseye').packages, ...sandboxBase('node', 'bookworm').packages]
  expect(packages.filter((name) => /gcc|g\+\+|make|git|pip|dev/.test(name))).toEqual([])
})

test.each(runtimes)('$id is made of packages that bring its version, and its builder of the same suite', (runtime) => {
  const { packages } = sandboxBase(runtime.language, runtime.suite)
  expect(packages).toContain('libstdc++6')
  expect(packages.some((name) => name.startsWith('python3'))).toBe(runtime.language === 'python')
  const builder = builderBase(runtime.suite)
  expect(builder.suite).toBe(runtime.suite)
  expect(builder.packages).toEqual(
    expect.arrayContaining(['gcc', 'g++', 'make', 'libpq-dev', 'libxml2-dev', 'libjpeg-dev']),
  )
  expect(builder.packages).not.toContain('python3-pip')
})

test('a command on a finished tree names nothing outside of it', () => {
  const recipes = runtimes.flatMap(({ language, suite }) => [sandboxBase(language, suite), builderBase(suite)])
  for (const hook of recipes.flatMap(({ hooks }) => hooks)) {
    expect(hook).not.toMatch(/(?<![/\w])(?:apt|apt-get|dpkg)\s/)
    const paths = hook.match(/(?<!\$1"?)(?<![\w.])\/[a-z]\S*/g) ?? []
    expect(
      paths.filter((path) => path !== '/6000'),
      hook,
    ).toEqual([])
  }
})

test('a Python that is not its suite’s own is called python3 all the same', () => {
  expect(sandboxBase('python', 'bionic').hooks).toContain('ln -sf python3.7 "$1/usr/bin/python3"')
  expect(sandboxBase('python', 'noble').hooks.join()).not.toContain('usr/bin/python3"')
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
