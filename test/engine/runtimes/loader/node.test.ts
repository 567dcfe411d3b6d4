import { describe } from 'vitest'
import { groundOf } from './ground.ts'
import { nodeLoaderCases } from './node-cases.ts'

describe.each(['nodejs14', 'nodejs24'])('a Node micro on %s', async (id) => {
  nodeLoaderCases(await groundOf(id))
})
