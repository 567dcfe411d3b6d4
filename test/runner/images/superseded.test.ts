import { expect, test } from 'vitest'
import { findSuperseded } from '../../../runner/images/superseded.ts'

const DAY_MS = 24 * 60 * 60_000
const nowMs = 10 * DAY_MS
const wanted = ['micropush/nodejs24:new', 'micropush/nodejs24-base:same']

function image(reference: string, ageDays = 2) {
  const atMs = nowMs - ageDays * DAY_MS
  return { id: reference, references: [reference], createdAtMs: atMs, taggedAtMs: atMs }
}

function find(...images: ReturnType<typeof image>[]) {
  return findSuperseded(images, { wanted, used: new Set(['micropush/nodejs24:used']), nowMs })
}

test('an image that another of the same repository has replaced is found, the youngest first', () => {
  const images = [image('micropush/nodejs24-base:old', 3), image('micropush/nodejs24:old', 2)]
  expect(find(...images)).toEqual(['micropush/nodejs24:old', 'micropush/nodejs24-base:old'])
})

test('what is wanted, used, young, or another repository stays', () => {
  const kept = [
    image('micropush/nodejs24:new'),
    image('micropush/nodejs24-base:same'),
    image('micropush/nodejs24:used'),
    image('micropush/nodejs24:young', 0.9),
    image('micropush/nodejs2:old'),
    image('somebody/else:old'),
  ]
  expect(find(...kept)).toEqual([])
})

test('an old image that was named again today stays', () => {
  expect(find({ ...image('micropush/nodejs24:old'), taggedAtMs: nowMs - 1000 })).toEqual([])
})

test('of an image with two names only the superseded one goes', () => {
  const both = { ...image('micropush/nodejs24:old'), references: ['micropush/nodejs24:new', 'micropush/nodejs24:old'] }
  expect(find(both)).toEqual(['micropush/nodejs24:old'])
})
