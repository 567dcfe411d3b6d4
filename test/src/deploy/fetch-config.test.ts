import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGitHub } from '../../../src/github/client.ts'
import { fetchConfig } from '../../../src/deploy/fetch-config.ts'
import { testSettings } from '../support/bot.ts'
import { mockGitHub, type MockedGitHub } from '../support/github.ts'
import { shaA } from '../support/samples.ts'

let github: MockedGitHub
const octokit = createGitHub(testSettings()).forInstallation(12)

beforeEach(() => {
  github = mockGitHub()
  github.commits.add(shaA)
})

afterEach(() => nock.cleanAll())

function fetch() {
  return fetchConfig(octokit, { owner: 'ada', repository: 'hello', sha: shaA })
}

describe('fetchConfig', () => {
  it.each(['micro.yml', 'micro.yaml', 'micro.json'])('finds %s', async (file) => {
    github.files.set(`${shaA}:${file}`, 'v: 1 # größe\n')
    expect(await fetch()).toEqual({ kind: 'found', file, text: 'v: 1 # größe\n', unread: [] })
  })

  it('finds the files that were written for Deta where there is no config file, as their bytes', async () => {
    github.files.set(`${shaA}:deta.json`, '{"name":"x"}')
    expect(await fetch()).toEqual({ kind: 'legacy', files: { detaJson: Buffer.from('{"name":"x"}') } })
    github.files.set(`${shaA}:Spacefile`, 'v: 0\n')
    expect(await fetch()).toMatchObject({ files: { spacefile: Buffer.from('v: 0\n') } })
  })

  it('reads nothing more for a .detaignore, and nothing at all for a folder or a link of such a name', async () => {
    github.files.set(`${shaA}:.detaignore`, 'src')
    expect(await fetch()).toEqual({ kind: 'legacy', files: { detaignore: true } })
    expect(github.requests.filter(({ path }) => path.includes('/contents'))).toHaveLength(1)
    github.odd.set('.detaignore', { type: 'dir', size: 0 })
    expect(await fetch()).toEqual({ kind: 'none' })
    github.odd.set('.detaignore', { type: 'symlink', size: 5 })
    expect(await fetch()).toEqual({ kind: 'none' })
  })

  it('does not fetch a deta.json that is too large to be one', async () => {
    github.files.set(`${shaA}:deta.json`, 'x')
    github.odd.set('deta.json', { type: 'file', size: 2_000_000 })
    expect(await fetch()).toEqual({ kind: 'legacy', files: { detaJson: 'too-large' } })
  })

  it('takes a config file before them, and names what is not read', async () => {
    for (const name of ['micro.yml', 'deta.json', '.detaignore']) github.files.set(`${shaA}:${name}`, 'v: 1\n')
    expect(await fetch()).toMatchObject({ kind: 'found', file: 'micro.yml', unread: ['deta.json', '.detaignore'] })
  })

  it('finds none among other files, names in capitals included', async () => {
    github.files.set(`${shaA}:MICRO.YML`, 'v: 1\n')
    expect(await fetch()).toEqual({ kind: 'none' })
  })

  it.each([
    ['a folder', { type: 'dir', size: 0 }, 'micro.yml is not a plain file; make it one.'],
    ['a link', { type: 'symlink', size: 9 }, 'micro.yml is not a plain file; make it one.'],
    ['too large', { type: 'file', size: 2_000_000 }, 'micro.yml is too large to be a config file.'],
  ])('says what is wrong with one that is %s, and does not read it', async (_, odd, message) => {
    github.files.set(`${shaA}:micro.yml`, 'x')
    github.odd.set('micro.yml', odd)
    expect(await fetch()).toEqual({ kind: 'unusable', message })
  })

  it('asks by name where a root has more entries than GitHub lists', async () => {
    for (let i = 0; i < 1000; i++) github.files.set(`${shaA}:a${i}`, '')
    expect(await fetch()).toEqual({ kind: 'none' })
    github.files.clear()
    for (let i = 0; i < 1000; i++) github.files.set(`${shaA}:a${i}`, '')
    github.files.set(`${shaA}:micro.yaml`, 'v: 1\n')
    expect(await fetch()).toMatchObject({ kind: 'found', file: 'micro.yaml' })
    github.files.delete(`${shaA}:micro.yaml`)
    github.files.set(`${shaA}:deta.json`, '{}')
    expect(await fetch()).toMatchObject({ kind: 'legacy' })
  })

  it('throws 404 while GitHub does not know the commit', async () => {
    github.commits.clear()
    await expect(fetch()).rejects.toMatchObject({ status: 404 })
  })
})
