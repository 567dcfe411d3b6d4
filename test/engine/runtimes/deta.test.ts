import { describe } from 'vitest'
import { nodePackages } from './dependencies.ts'
import { imagesOf } from './images.ts'
import { nodeLibraryCases } from './deta/node-library.ts'

describe('a Node app of old', async () => {
  const [{ sandbox: image }, dependencies] = await Promise.all([imagesOf('nodejs24'), nodePackages(['express@5'])])
  const place = { image, dependencies, runtime: 'runc', version: '24' } as const
  nodeLibraryCases(place)
})
