import { describe } from 'vitest'
import { groundOf } from './ground.ts'
import { pythonLoaderCases } from './python-cases.ts'

describe.each(['python3.9', 'python3.13'])('a Python micro on %s', async (id) => {
  pythonLoaderCases(await groundOf(id))
})
