import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { untilQuiet, type Looks } from '../../../../runner/lifecycle/quiet/until-quiet.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** How long it is waited for, in ms, in steps of 10. */
async function waits(looks: Partial<Looks>, withinMs = 5000, signal = new AbortController().signal): Promise<number> {
  const startedMs = performance.now()
  let ended = false
  const wait = untilQuiet({ marked: async () => false, cpuMs: async () => 0, ...looks }, { withinMs, signal })
  void wait.then(() => (ended = true))
  while (!ended) await vi.advanceTimersByTimeAsync(10)
  return performance.now() - startedMs
}

describe('a sandbox that is idle', () => {
  it('is quiet after two looks', async () => {
    expect(await waits({})).toBeLessThan(150)
  })

  it('is not looked at when its time for work is over already', async () => {
    const cpuMs = vi.fn(async () => 0)
    await waits({ cpuMs }, 0)
    expect(cpuMs).not.toHaveBeenCalled()
  })

  it('is waited for while it says that it works', async () => {
    const untilMs = performance.now() + 2000
    const waited = await waits({ marked: async () => performance.now() < untilMs })
    expect(waited).toBeGreaterThanOrEqual(2000)
    expect(waited).toBeLessThan(2300)
  })

  it('is waited for while it uses its processor', async () => {
    const startedMs = performance.now()
    const waited = await waits({ cpuMs: async () => Math.min(1000, performance.now() - startedMs) })
    expect(waited).toBeGreaterThanOrEqual(1000)
    expect(waited).toBeLessThan(1300)
  })

  it('is waited for even where the machine gives it little time to work with', async () => {
    const startedMs = performance.now()
    expect(await waits({ cpuMs: async () => Math.min(200, (performance.now() - startedMs) * 0.2) })).toBeGreaterThan(
      900,
    )
  })

  it('is not waited for because of a timer or a collection of garbage', async () => {
    const startedMs = performance.now()
    expect(await waits({ cpuMs: async () => (performance.now() - startedMs) * 0.05 })).toBeLessThan(150)
  })

  it('is waited for no longer than its time, whatever it does', async () => {
    const waited = await waits({ marked: async () => true }, 3000)
    expect(waited).toBeGreaterThanOrEqual(2990)
    expect(waited).toBeLessThan(3050)
    expect(await waits({ cpuMs: async () => performance.now() }, 3000)).toBeLessThan(3050)
  })

  it('is left at once when somebody asks for it', async () => {
    const asked = new AbortController()
    setTimeout(() => asked.abort(), 1234)
    const waited = await waits({ marked: async () => true }, 10_000, asked.signal)
    expect(waited).toBeGreaterThanOrEqual(1230)
    expect(waited).toBeLessThan(1260)
  })

  it('is frozen when nobody can say what it does', async () => {
    expect(await waits({ cpuMs: async () => undefined })).toBeLessThan(50)
  })
})
