import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { setupTokenFile } from '../../../contract/github-app.ts'
import { openGate } from '../../../src/connect/gate.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const HOUR_MS = 3_600_000

async function gateWithClock() {
  const dataDir = await temporaryFolder()
  const clock = { ms: 1_000_000 }
  const open = () => openGate({ dataDir, now: () => clock.ms })
  return { dataDir, clock, open, gate: await open() }
}

async function enter(gate: Awaited<ReturnType<typeof openGate>>): Promise<string> {
  return (await gate.enter(await gate.token())) ?? ''
}

it('the token opens one session, once, and a new one is made after that', async () => {
  const { gate } = await gateWithClock()
  const token = await gate.token()
  expect(await gate.token()).toBe(token)
  const session = await gate.enter(token)
  expect(gate.isOpenTo(session)).toBe(true)
  expect(await gate.enter(token)).toBeUndefined()
  expect(await gate.token()).not.toBe(token)
})

it('of two who come at once with the same token, one is let in', async () => {
  const { gate } = await gateWithClock()
  const token = await gate.token()
  const entered = await Promise.all([gate.enter(token), gate.enter(token)])
  expect(entered.filter((session) => session !== undefined)).toHaveLength(1)
})

it('nothing opens without the token', async () => {
  const { gate } = await gateWithClock()
  expect(await gate.enter('')).toBeUndefined()
  await gate.token()
  expect(await gate.enter('')).toBeUndefined()
  expect(await gate.enter('guess')).toBeUndefined()
  expect(gate.isOpenTo(undefined)).toBe(false)
  expect(gate.isOpenTo('guess')).toBe(false)
})

it('a session ends after a day', async () => {
  const { gate, clock } = await gateWithClock()
  const session = await enter(gate)
  clock.ms += 24 * HOUR_MS
  expect(gate.isOpenTo(session)).toBe(false)
})

it('a state is good once, for its own session', async () => {
  const { gate } = await gateWithClock()
  const [mine, other] = [await enter(gate), await enter(gate)]
  const state = await gate.depart(mine, 'https://bot.example')
  expect(await gate.comeBack(other, state)).toEqual({ kind: 'unknown' })
  expect(await gate.comeBack(mine, 'guess')).toEqual({ kind: 'unknown' })
  expect(await gate.comeBack(mine, state)).toEqual({ kind: 'welcome', botUrl: 'https://bot.example' })
  expect(await gate.comeBack(mine, state)).toEqual({ kind: 'unknown' })
})

it("whoever comes back after GitHub's hour is told so", async () => {
  const { gate, clock } = await gateWithClock()
  const session = await enter(gate)
  const state = await gate.depart(session, 'https://bot.example')
  clock.ms += HOUR_MS
  expect(await gate.comeBack(session, state)).toEqual({ kind: 'late' })
})

it('a restart locks nobody out, and the files say nothing of sessions and states', async () => {
  const { gate, open, dataDir } = await gateWithClock()
  const session = await enter(gate)
  const state = await gate.depart(session, 'https://bot.example')
  const again = await open()
  expect(again.isOpenTo(session)).toBe(true)
  const kept = await readFile(join(dataDir, 'github', 'setup.json'), 'utf8')
  expect(kept).not.toContain(session)
  expect(kept).not.toContain(state)
  await again.token()
  expect((await stat(setupTokenFile(dataDir))).mode & 0o777).toBe(0o600)
  expect(await again.comeBack(session, state)).toMatchObject({ kind: 'welcome' })
})
