import { describe, expect, test } from 'vitest'
import { createDemand } from '../../../../runner/sandbox/pool/demand.ts'

const MINUTE = 60_000

function open() {
  let ms = 1
  const demand = createDemand(() => ms)
  const want = (count: number) => Array.from({ length: count }).forEach(() => demand.note())
  return { demand, want, pass: (more: number) => void (ms += more) }
}

describe('what was wanted at once', () => {
  test('is the most within some seconds, and not how many came one after the other', () => {
    const { demand, want, pass } = open()
    expect([demand.most(), demand.lastMs()]).toEqual([0, 0])
    want(20)
    pass(1000)
    want(30)
    expect(demand.most()).toBe(50)
    for (let index = 0; index < 100; index++) {
      pass(5000)
      want(1)
    }
    expect([demand.most(), demand.lastMs()]).toEqual([50, 501_001])
  })

  test('is remembered for longer than an hour, then half of it, and at last none', () => {
    const { demand, want, pass } = open()
    want(50)
    pass(74 * MINUTE)
    expect(demand.most()).toBe(50)
    pass(2 * MINUTE)
    expect(demand.most()).toBe(25)
    pass(75 * MINUTE)
    expect(demand.most()).toBe(12)
    pass(24 * 60 * MINUTE)
    expect(demand.most()).toBe(0)
  })

  test('is remembered anew when as many come again, whatever fewer came meanwhile', () => {
    const { demand, want, pass } = open()
    want(50)
    pass(70 * MINUTE)
    want(10)
    pass(10 * MINUTE)
    expect(demand.most()).toBe(25)
    want(26)
    pass(74 * MINUTE)
    expect(demand.most()).toBe(26)
  })

  test('is what came since, when the most of all is long ago', () => {
    const { demand, want, pass } = open()
    want(50)
    pass(60 * MINUTE)
    want(49)
    pass(16 * MINUTE)
    expect(demand.most()).toBe(49)
    pass(44 * MINUTE)
    want(49)
    pass(74 * MINUTE)
    expect(demand.most()).toBe(49)
    pass(2 * MINUTE)
    expect(demand.most()).toBe(24)
  })

  test('is lowered at will until as many come again', () => {
    const { demand, want, pass } = open()
    want(50)
    demand.lower(8)
    expect(demand.most()).toBe(8)
    demand.lower(20)
    expect(demand.most()).toBe(8)
    pass(10_000)
    want(9)
    expect(demand.most()).toBe(9)
  })

  test('is counted no further than is of use', () => {
    const { demand, want } = open()
    want(5000)
    expect(demand.most()).toBe(256)
  })
})
