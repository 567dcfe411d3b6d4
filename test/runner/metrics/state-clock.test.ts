import { beforeEach, expect, it } from 'vitest'
import { createStateClock, type StateClock } from '../../../runner/metrics/state-clock.ts'

let now = 0
let clock: StateClock
beforeEach(() => {
  now = 100
  clock = createStateClock(() => now)
})

it('time in a state is added up while sandboxes are still in it', () => {
  clock.move('cold', 'hot')
  clock.move('cold', 'hot')
  now += 3
  expect(clock.read(['hot', 'hot'])).toEqual(
    new Map([
      ['hot', 6],
      ['frozen', 0],
    ]),
  )
  clock.move('hot', 'frozen')
  now += 10
  expect(clock.read(['hot', 'frozen'])).toEqual(
    new Map([
      ['hot', 16],
      ['frozen', 10],
    ]),
  )
})

it('what ended counts no more, and what it was stays', () => {
  clock.move('cold', 'frozen')
  now += 5
  clock.move('frozen', 'cold')
  now += 100
  expect(clock.read([])).toEqual(
    new Map([
      ['hot', 0],
      ['frozen', 5],
    ]),
  )
})

it('sandboxes that nobody told of are counted from the first look on', () => {
  now += 50
  expect(clock.read(['frozen', 'frozen'])).toEqual(
    new Map([
      ['hot', 0],
      ['frozen', 0],
    ]),
  )
  now += 2
  expect(clock.read(['frozen', 'frozen'])).toEqual(
    new Map([
      ['hot', 0],
      ['frozen', 4],
    ]),
  )
})

it('an end that nobody told of is counted until the next look and no longer', () => {
  clock.move('cold', 'hot')
  now += 1
  clock.read([])
  now += 1000
  expect(clock.read([])).toEqual(
    new Map([
      ['hot', 1],
      ['frozen', 0],
    ]),
  )
})

it('an end that was never begun makes nothing smaller', () => {
  clock.move('hot', 'cold')
  now += 5
  clock.move('cold', 'hot')
  now += 1
  expect(clock.read(['hot'])).toEqual(
    new Map([
      ['hot', 1],
      ['frozen', 0],
    ]),
  )
})
