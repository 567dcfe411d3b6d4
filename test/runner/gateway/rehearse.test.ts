import { expect, it } from 'vitest'
import { gatewayLimits } from '../../../runner/gateway/limits.ts'
import { rehearse } from '../../../runner/gateway/rehearse.ts'

const open = (): string[] => process.getActiveResourcesInfo().filter((name) => name.endsWith('Wrap'))

it('a gateway that begins answers wakes of its own making, and leaves nothing of them behind', async () => {
  const before = open()
  expect(await rehearse(gatewayLimits)).toBe(150)
  await expect.poll(open).toEqual(before)
})
