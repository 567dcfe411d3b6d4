import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pack } from 'tar-stream'
import { imageExists, importImage, removeImage } from '../../../../runner/docker/images.ts'
import { removeSuperseded } from '../../../../runner/images/superseded.ts'
import { docker } from '../sandbox.ts'

const TWO_DAYS_MS = 2 * 24 * 60 * 60_000
const repository = `micropush/test-${randomUUID().slice(0, 8)}`
const names = ['old', 'used', 'new', 'foreign'].map((tag) => `${repository}:${tag}`)
const [old = '', used = '', recent = '', foreign = ''] = names
let container: string

beforeAll(async () => {
  for (const reference of names) {
    const tar = pack()
    tar.entry({ name: 'name' }, reference)
    tar.finalize()
    const changes = reference === foreign ? [] : ['LABEL micropush.image=sandbox']
    await importImage(docker, { reference, tar: Readable.from(tar), changes })
  }
  container = (await docker.createContainer({ Image: used, Cmd: ['never-run'] })).id
})

afterAll(async () => {
  await docker.getContainer(container).remove()
  for (const reference of names) await removeImage(docker, reference)
})

test('only superseded images of ours go that no container uses, and none on their first day', async () => {
  expect(await removeSuperseded(docker, [recent], Date.now())).toEqual([])
  expect(await removeSuperseded(docker, [recent], Date.now() + TWO_DAYS_MS)).toEqual([old])
  expect(await Promise.all(names.map((name) => imageExists(docker, name)))).toEqual([false, true, true, true])
})
