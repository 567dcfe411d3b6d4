import { describe, expect, it } from 'vitest'
import { cut, dice, makeAnswer } from './answers.ts'
import { readByLlhttp } from './llhttp.ts'
import { readByOurs } from './ours.ts'

const ROUNDS = 8000

describe('the reader of answers', () => {
  it('accepts nothing that llhttp refuses, and understands what both accept as llhttp does', async () => {
    const roll = dice(20_261_124)
    let both = 0
    let bothRefuse = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = makeAnswer(roll)
      const method = roll(8) === 0 ? 'HEAD' : 'GET'
      const pieces = cut(text, roll)
      const ours = readByOurs(pieces, method)
      const theirs = await readByLlhttp(pieces, method)
      const { reusable: _, ...reading } = ours
      if (ours.verdict === 'broken') {
        if (theirs.verdict === 'broken') bothRefuse += 1
        continue
      }
      expect.soft({ text, method, ...reading }).toEqual({ text, method, ...theirs })
      both += 1
    }
    // Neither reader may be right by refusing everything.
    expect(both).toBeGreaterThan(ROUNDS / 4)
    expect(bothRefuse).toBeGreaterThan(ROUNDS / 8)
  })

  it('says the same however the bytes are cut', () => {
    const roll = dice(7)
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = makeAnswer(roll)
      const whole = readByOurs([Buffer.from(text, 'latin1')], 'GET')
      const one = readByOurs(
        cut(text, () => 0),
        'GET',
      )
      if (whole.verdict === 'broken') expect.soft({ text, verdict: one.verdict }).toEqual({ text, verdict: 'broken' })
      else expect.soft({ text, ...one }).toEqual({ text, ...whole })
    }
  })
})
