import { describe } from 'vitest'
import { groundOf } from './ground.ts'
import { nodeStopCases } from './node-stop-cases.ts'

/** The oldest and the newest are tried in `oldest-and-newest.long.test.ts`. */
describe('a Node micro on nodejs14 that is asked to stop', async () => {
  nodeStopCases(await groundOf('nodejs14'))
})
