import { describe, expect, it } from 'vitest'
import { findLost, type Delivery } from '../../../src/deliveries/find-lost.ts'
import { redeliverableMs } from '../../../src/deliveries/redeliverable.ts'

const nowMs = Date.parse('2026-06-10T12:00:00Z')
const delivery = (over: Partial<Delivery>): Delivery => ({
  id: 1,
  guid: 'a',
  delivered_at: '2026-06-10T11:00:00Z',
  status_code: 500,
  event: 'push',
  ...over,
})
const lostIds = (...all: Delivery[]) =>
  findLost(all, { nowMs, events: ['push'], redeliverableMs: 3 * 24 * 3600_000 }).map(({ id }) => id)

describe('what did not reach us', () => {
  it('is asked for once for each event, by its newest attempt, oldest event first', () => {
    expect(lostIds(delivery({ id: 9, guid: 'b' }), delivery({ id: 3 }), delivery({ id: 2 }))).toEqual([3, 9])
  })
  it('is not asked for when any attempt reached us', () => {
    expect(lostIds(delivery({ id: 3 }), delivery({ id: 2, status_code: 202 }))).toEqual([])
  })
  it('counts a delivery that got no answer', () => {
    expect(lostIds(delivery({ status_code: 0 }))).toEqual([1])
  })
  it('is asked for again after a wait that doubles with each attempt', () => {
    const attempts = (times: number, agoMs: number) => {
      const delivered_at = new Date(nowMs - agoMs).toISOString()
      return lostIds(...Array.from({ length: times }, (_, id) => delivery({ id, delivered_at }))).length
    }
    expect([attempts(1, 0), attempts(2, 59_000), attempts(2, 61_000)]).toEqual([1, 0, 1])
    expect([attempts(5, 7 * 60_000), attempts(5, 9 * 60_000)]).toEqual([0, 1])
  })
  it('is asked for in bounded numbers, the oldest first', () => {
    const many = Array.from({ length: 70 }, (_, id) => delivery({ id, guid: String(id) }))
    expect(lostIds(...many.toReversed())).toEqual(Array.from({ length: 50 }, (_, id) => id))
  })
  it('is what github.com keeps for three days, and a server of its own for seven', () => {
    const days = (url: string) => redeliverableMs(url) / (24 * 3600_000)
    expect(days('https://api.github.com')).toBe(3)
    expect(days('https://api.company.ghe.com')).toBe(3)
    expect(days('https://github.example.com/api/v3')).toBe(7)
  })
  it('is left when GitHub can no longer send it, when we never wanted it, or when it failed ten times', () => {
    expect(lostIds(delivery({ delivered_at: '2026-06-07T11:00:00Z' }))).toEqual([])
    expect(lostIds(delivery({ event: 'star' }))).toEqual([])
    expect(lostIds(...Array.from({ length: 10 }, (_, id) => delivery({ id })))).toEqual([])
  })
})
