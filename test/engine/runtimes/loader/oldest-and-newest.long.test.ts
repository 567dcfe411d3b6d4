import { describe } from 'vitest'
import { groundOf, isolations } from './ground.ts'
import { nodeLoaderCases } from './node-cases.ts'
import { nodeStopCases } from './node-stop-cases.ts'
import { pythonLoaderCases } from './python-cases.ts'

const runtimes = await isolations('the loaders on the oldest and the newest versions')
const on = (ids: readonly string[]) => runtimes.flatMap((runtime) => ids.map((id) => ({ id, runtime })))

describe.each(on(['nodejs12', 'nodejs24']))('a Node micro on $id under $runtime', async ({ id, runtime }) => {
  const ground = await groundOf(id, runtime)
  nodeLoaderCases(ground)
  nodeStopCases(ground)
})

describe.each(on(['python3.7', 'python3.14']))('a Python micro on $id under $runtime', async ({ id, runtime }) => {
  pythonLoaderCases(await groundOf(id, runtime))
})
