import { describe } from 'vitest'
import { nodeFrameworkCases, pythonFrameworkCases } from './framework-cases.ts'
import { groundOf } from './loader/ground.ts'

// The oldest and newest versions, and gVisor, are in frameworks.long.test.ts.
const node = {
  nodejs14: ['express@4', 'koa@2', 'fastify@3', 'ws@8'],
  nodejs24: ['express@5', 'koa@3', 'fastify@5', 'hono@4', 'ws@8'],
}
describe.each(Object.entries(node))('on %s', async (id, specs) => {
  await nodeFrameworkCases(await groundOf(id), specs)
})

const python = {
  'python3.9': ['fastapi', 'flask', 'django<5', 'bottle', 'pydantic<2'],
  'python3.13': ['fastapi', 'flask', 'django', 'bottle', 'h11'],
}
describe.each(Object.entries(python))('on %s', async (id, specs) => {
  await pythonFrameworkCases(await groundOf(id), specs)
})
