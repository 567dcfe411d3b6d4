import { describe } from 'vitest'
import { groundOf } from './ground.ts'
import { nodeStopCases } from './node-stop-cases.ts'

describe.each(['nodejs14', 'nodejs24'])('a Node micro on %s that is asked to stop', async (id) => {
  nodeStopCases(await groundOf(id))
})
