import { readdir } from 'node:fs/promises'
import { afterAll, expect, it } from 'vitest'
import { openStage } from './stage.ts'

const stage = await openStage()
afterAll(() => stage[Symbol.asyncDispose]())

const files = {
  'index.js': 'module.exports = require("./dist/app")',
  'src/app.js': 'module.exports = () => {}',
  'notes.md': 'x'.repeat(1000),
  '.detaignore': 'src\n*.md\n\\.md$\n',
}
const config = { runtime: 'nodejs24', legacy: 'deta' } as const
const names = async (...[built]: Parameters<typeof stage.app>) =>
  (await readdir(stage.app(built))).filter((name) => name !== 'src').toSorted()

it('a .detaignore that lists the source counts after the build has used it', async () => {
  const build = 'mkdir dist && cp src/app.js dist/ && echo made > dist/made.md'
  const built = await stage.build(files, { config: { ...config, build } })
  expect(built.error, built.output).toBeUndefined()
  expect(await names(built)).toEqual(['.detaignore', 'dist', 'index.js'])
  expect(await readdir(stage.app(built), { recursive: true })).toEqual(
    expect.not.arrayContaining(['src/app.js', 'dist/made.md']),
  )
  expect(built.output).toMatch(/line 2: "\*\.md" is no regular expression/)
  expect(built.output).toContain('leaves out 3 files')
  expect(built.result?.sizes.sourceBytes).toBeLessThan(500)
})

it('a .detaignore counts where nothing is built, also for the same source again', async () => {
  for (const expected of [/leaves out 2 files/, /^$/]) {
    const since = Date.now()
    const built = await stage.build(files, { config })
    expect(await names(built)).toEqual(['.detaignore', 'index.js'])
    expect(built.output).toMatch(expected)
    expect(built.result?.sizes.sourceBytes).toBeLessThan(200)
    expect(await stage.buildersSince(since)).toBe(0)
  }
})

it('a .detaignore is a file like any other beside a micro.yml', async () => {
  const built = await stage.build(files, { config: { runtime: 'nodejs24' } })
  expect(await names(built)).toEqual(['.detaignore', 'index.js', 'notes.md'])
})

it('a build is not taken over by a micro with another entry, which the file would have left out there', async () => {
  const both = {
    'a.js': 'module.exports = () => {}',
    'b.js': 'module.exports = () => {}',
    '.detaignore': '[ab]\\.js$\n',
  }
  for (const entry of ['a.js', 'b.js']) {
    const built = await stage.build(both, { config: { ...config, build: 'true', entry } })
    expect(built.error, built.output).toBeUndefined()
    expect(await names(built)).toEqual(['.detaignore', entry])
  }
})
