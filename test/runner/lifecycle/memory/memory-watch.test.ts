import { freemem, tmpdir, totalmem } from 'node:os'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createMemoryWatch } from '../../../../runner/lifecycle/memory/memory-watch.ts'
import { readMemory } from '../../../../runner/lifecycle/memory/read-memory.ts'

const MB = 1024 ** 2
const folder = await mkdtemp(join(tmpdir(), 'meminfo-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

it('the kernel’s own words are understood', () => {
  const memory = readMemory()
  expect(memory?.totalBytes).toBe(totalmem())
  expect(memory?.availableBytes).toBeGreaterThan(0)
  expect(memory?.availableBytes).toBeLessThanOrEqual(totalmem())
  // What is free is available, as far as the kernel needs none of it itself.
  expect(memory?.availableBytes).toBeGreaterThan(freemem() / 2)
})

it('where the kernel says nothing, there is no pressure', async () => {
  const path = join(folder, 'meminfo')
  await writeFile(path, 'MemTotal:       24684092 kB\nMemFree:        19470632 kB\n')
  for (const read of [() => readMemory(path), () => readMemory(join(folder, 'none'))]) {
    const watch = createMemoryWatch({ reserveBytes: Number.MAX_SAFE_INTEGER, read })
    expect([watch.pressure(), watch.lackingBytes()]).toEqual(['none', 0])
  }
})

it.each([
  { free: 512, pressure: 'none', lacking: 0 },
  { free: 511, pressure: 'some', lacking: 1 },
  { free: 256, pressure: 'some', lacking: 256 },
  { free: 255, pressure: 'full', lacking: 257 },
])('with $free MB available of 2 GB there is $pressure, because 512 MB are the least to stay free', (at) => {
  const watch = createMemoryWatch({
    reserveBytes: undefined,
    read: () => ({ totalBytes: 2048 * MB, availableBytes: at.free * MB }),
  })
  expect([watch.pressure(), watch.lackingBytes()]).toEqual([at.pressure, at.lacking * MB])
})

it('on a large machine a tenth stays free, and what the operator says wins', () => {
  const read = () => ({ totalBytes: 20_480 * MB, availableBytes: 1000 * MB })
  expect(createMemoryWatch({ reserveBytes: undefined, read }).lackingBytes()).toBe(1048 * MB)
  expect(createMemoryWatch({ reserveBytes: 1000 * MB, read }).pressure()).toBe('none')
})

it('looks once a second for the pressure, however often it is asked, and each time before anybody is let go', () => {
  const clock = { nowMs: 0, available: 1000 }
  const watch = createMemoryWatch({
    reserveBytes: 100,
    now: () => clock.nowMs,
    read: () => ({ totalBytes: 1000, availableBytes: clock.available }),
  })
  expect(watch.pressure()).toBe('none')
  Object.assign(clock, { nowMs: 999, available: 60 })
  expect(watch.pressure()).toBe('none')
  clock.nowMs = 1000
  expect(watch.pressure()).toBe('some')
  clock.available = 70
  expect(watch.lackingBytes()).toBe(30)
  // What a first round gave back is not taken a second time.
  clock.available = 120
  expect([watch.lackingBytes(), watch.pressure()]).toEqual([0, 'none'])
})
