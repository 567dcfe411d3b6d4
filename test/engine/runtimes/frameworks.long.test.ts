import { describe } from 'vitest'
import { nodeFrameworkCases, pythonFrameworkCases } from './framework-cases.ts'
import { everyWay, groundOf } from './loader/ground.ts'

/*
 * The matrix of frameworks on the oldest and the newest version of each language. Packages that a version does not run are named by their last
 * release that it does.
 */
const ways = await everyWay('frameworks on the oldest and the newest versions')

const node = {
  nodejs12: ['express@4', 'koa@2', 'fastify@3', 'ws@8'],
  nodejs24: ['express@5', 'koa@3', 'fastify@5', 'hono@4', 'ws@8'],
}
const python = {
  'python3.7': ['fastapi', 'flask', 'django<4', 'bottle', 'pydantic<2'],
  'python3.14': ['fastapi', 'flask', 'django', 'bottle'],
}

describe.each(ways)('under $runtime, $way', (where) => {
  describe.each(Object.entries(node))('on %s', async (id, specs) => {
    await nodeFrameworkCases(await groundOf(id, where), specs)
  })
  describe.each(Object.entries(python))('on %s', async (id, specs) => {
    await pythonFrameworkCases(await groundOf(id, where), specs)
  })
})
