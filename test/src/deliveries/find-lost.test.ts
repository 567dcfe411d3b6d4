import { describe, expect, it } from 'vitest'
import { findLost, type Delivery } from '../../../src/deliveries/find-lost.ts'

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
  it('is left when GitHub can no longer send it, when we never wanted it, or when it failed ten times', () => {
    expect(lostIds(delivery({ delivered_at: '2026-06-07T11:00:00Z' }))).toEqual([])
    expect(lostIds(delivery({ event: 'star' }))).toEqual([])
    expect(lostIds(...Array.from({ length: 10 }, (_, id) => delivery({ id })))).toEqual([])
  })
})
