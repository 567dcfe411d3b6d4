import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { rehearseWakes } from '../../../../runner/lifecycle/gateways/rehearse-wakes.ts'

it('an engine that begins wakes micros of its own making, and leaves nothing of them behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mp-rehearsal-'))
  try {
    expect(await rehearseWakes(join(folder, 'engine.sock'))).toBe(150)
    expect(await readdir(folder)).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})
