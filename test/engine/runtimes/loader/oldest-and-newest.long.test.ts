import { describe } from 'vitest'
import { everyWay, groundOf } from './ground.ts'
import { nodeLoaderCases } from './node-cases.ts'
import { nodeStopCases } from './node-stop-cases.ts'
import { pythonLoaderCases } from './python-cases.ts'

const ways = await everyWay('the loaders on the oldest and the newest versions')
const on = (ids: readonly string[]) => ways.flatMap((where) => ids.map((id) => ({ id, ...where })))

describe.each(on(['nodejs12', 'nodejs24']))('a Node micro on $id under $runtime, $way', async ({ id, ...where }) => {
  const ground = await groundOf(id, where)
  nodeLoaderCases(ground)
  nodeStopCases(ground)
})

describe.each(on(['python3.7', 'python3.14']))(
  'a Python micro on $id under $runtime, $way',
  async ({ id, ...where }) => {
    pythonLoaderCases(await groundOf(id, where))
  },
)
