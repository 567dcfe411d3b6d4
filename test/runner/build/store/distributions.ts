import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'

/** A folder of installed packages, empty at the beginning of each test. */
export interface Distributions {
  readonly root: () => string
  /** Notes a package with this list of its files. */
  readonly record: (name: string, text: string) => Promise<void>
}

export function distributions(): Distributions {
  let root = ''
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'micropush-distributions-'))
  })
  beforeEach(async () => {
    await rm(root, { recursive: true, force: true })
    await mkdir(root)
  })
  afterAll(() => rm(root, { recursive: true, force: true }))
  return {
    root: () => root,
    record: async (name, text) => {
      await mkdir(join(root, `${name}.dist-info`))
      await writeFile(join(root, `${name}.dist-info`, 'RECORD'), text)
    },
  }
}

/** What was measured, by name. */
export const sized = (sizes: Readonly<Record<string, number>>) =>
  Object.entries(sizes).map(([name, bytes]) => ({ name, bytes }))
