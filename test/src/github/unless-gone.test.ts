import { expect, it } from 'vitest'
import { unlessGone } from '../../../src/github/unless-gone.ts'

/** Answers with these, one after the other: a status that is an error, or that all is well. */
function answers(...statuses: number[]) {
  return () => {
    const status = statuses.shift() ?? 0
    return status < 300 ? Promise.resolve('done') : Promise.reject(Object.assign(new Error('x'), { status }))
  }
}

it('what is there is changed, though GitHub said once that it is not', async () => {
  expect(await unlessGone(answers(200), answers())).toBe('done')
  expect(await unlessGone(answers(404, 200), answers(200))).toBe('done')
})

it('what is not found when it is looked for is gone', async () => {
  expect(await unlessGone(answers(404), answers(404))).toBe('gone')
})

it('any other refusal is no sign of that', async () => {
  await expect(unlessGone(answers(422), answers())).rejects.toMatchObject({ status: 422 })
  await expect(unlessGone(answers(404), answers(500))).rejects.toMatchObject({ status: 500 })
  await expect(unlessGone(answers(404, 404), answers(200))).rejects.toMatchObject({ status: 404 })
})
