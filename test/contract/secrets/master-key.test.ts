import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { masterKeyPath, openMasterKey } from '../../../contract/secrets/master-key.ts'
import { forgetAllSecrets } from '../../../contract/store/repository/secrets.ts'
import { openTestStore } from '../../support/store.ts'

const store = await openTestStore()
let dataDir: string
let path: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mp-key-'))
  path = masterKeyPath(dataDir)
})
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true })
})

it('is made at the first need, for its owner alone, and is the same ever after', async () => {
  const first = await openMasterKey(store, dataDir)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700)
  const again = await openMasterKey(store, dataDir)
  expect(again.derive('a use', 32)).toEqual(first.derive('a use', 32))
  expect(first.derive('another use', 32)).not.toEqual(first.derive('a use', 32))
})

it('is nowhere in Redis', async () => {
  await openMasterKey(store, dataDir)
  const text = (await readFile(path, 'utf8')).trim()
  const bytes = Buffer.from(text, 'base64')
  const values = await Promise.all((await store.redis.keys('*')).map((key) => store.redis.get(key)))
  expect(values).toHaveLength(1)
  for (const form of [text, bytes.toString('hex'), bytes.toString('latin1')])
    expect(values.join(' ')).not.toContain(form)
})

it('two that need it at the same moment get the same one, and leave no other file', async () => {
  const keys = await Promise.all([1, 2, 3, 4].map(() => openMasterKey(store, dataDir)))
  expect(new Set(keys.map(({ id }) => id)).size).toBe(1)
  expect(await readdir(join(path, '..'))).toEqual(['master.key'])
})

it('that is missing while things were made with it is an error, and no new one is made', async () => {
  await openMasterKey(store, dataDir)
  await rename(path, join(dataDir, 'elsewhere'))
  await expect(openMasterKey(store, dataDir)).rejects.toThrow(/is missing[\s\S]*backup[\s\S]*secrets reset/)
  expect(await readdir(join(path, '..'))).toEqual([])
  await rename(join(dataDir, 'elsewhere'), path)
  await openMasterKey(store, dataDir)
})

it('that is another one, damaged, or readable by others is an error', async () => {
  await openMasterKey(store, dataDir)
  const right = await readFile(path)
  await writeFile(path, Buffer.alloc(32, 5).toString('base64'))
  await expect(openMasterKey(store, dataDir)).rejects.toThrow(/not the one/)
  await writeFile(path, 'too short')
  await expect(openMasterKey(store, dataDir)).rejects.toThrow(/damaged/)
  await writeFile(path, right)
  await chmod(path, 0o644)
  await expect(openMasterKey(store, dataDir)).rejects.toThrow(/read by other users.*chmod 600/)
})

it('is taken anew after everything that was made with the lost one was forgotten', async () => {
  const lost = await openMasterKey(store, dataDir)
  await rm(path)
  await forgetAllSecrets(store)
  expect((await openMasterKey(store, dataDir)).id).not.toBe(lost.id)
})
