import { expect, test } from 'vitest'
import { createSuspicions } from '../../../../runner/lifecycle/gateways/suspicions.ts'

const gateway = () => ({ tell() {} })

test('a sandbox that answers one gateway and not another is not stuck', () => {
  const [one, other] = [gateway(), gateway()]
  const suspicions = createSuspicions()
  suspicions.note(one, 'a.sock')
  expect(suspicions.areShared('a.sock', [one], 1000)).toBe(true)
  expect(suspicions.areShared('a.sock', [one, other], 1000)).toBe(false)
  suspicions.note(other, 'b.sock')
  expect(suspicions.areShared('a.sock', [one, other], 1000)).toBe(false)
  suspicions.note(other, 'a.sock')
  expect(suspicions.areShared('a.sock', [one, other], 1000)).toBe(true)
})

test('what a gateway suspected long ago counts no more', async () => {
  const [one, other] = [gateway(), gateway()]
  const suspicions = createSuspicions()
  suspicions.note(one, 'a.sock')
  await new Promise((resolve) => setTimeout(resolve, 20))
  suspicions.note(other, 'a.sock')
  expect(suspicions.areShared('a.sock', [one, other], 10)).toBe(false)
})

test('a gateway that names ever more sandboxes is not remembered whole', () => {
  const one = gateway()
  const suspicions = createSuspicions()
  for (let at = 0; at <= 1000; at++) suspicions.note(one, `${at}.sock`)
  expect(suspicions.areShared('0.sock', [one], 10_000)).toBe(false)
  expect(suspicions.areShared('1.sock', [one], 10_000)).toBe(true)
})
