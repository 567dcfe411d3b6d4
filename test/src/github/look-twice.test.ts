import { expect, it } from 'vitest'
import { lookTwice } from '../../../src/github/look-twice.ts'

const failing = (status: number) => Object.assign(new Error('x'), { status })

/** Fails with these, one after the other, and is there then. */
function look(...statuses: number[]) {
  return lookTwice(() => {
    const status = statuses.shift()
    return status === undefined ? Promise.resolve('there') : Promise.reject(failing(status))
  })
}

it('one wrong 404 is not believed, a second one is', async () => {
  expect(await look()).toBe('there')
  expect(await look(404)).toBe('there')
  expect(await look(404, 404)).toBeUndefined()
})

it('everything else is thrown, the second time too', async () => {
  await expect(look(500)).rejects.toMatchObject({ status: 500 })
  await expect(look(404, 403)).rejects.toMatchObject({ status: 403 })
})
