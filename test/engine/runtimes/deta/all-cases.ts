import { nodePackages, pythonPackages } from '../dependencies.ts'
import { imagesOf } from '../images.ts'
import { nodeBusyCases } from './node-busy.ts'
import { nodeContractCases } from './node-contract.ts'
import { nodeLibraryCases } from './node-library.ts'
import type { Place } from './place.ts'
import { pythonBusyCases } from './python-busy.ts'
import { pythonContractCases } from './python-contract.ts'
import { pythonLibraryCases } from './python-library.ts'

/** Where cases run: a version of the language, and an isolation. */
export interface Ground {
  readonly version: string
  readonly runtime: Place['runtime']
}

export async function nodeCases(ground: Ground): Promise<Place> {
  const old = Number(ground.version) < 18
  const [{ sandbox: image }, dependencies] = await Promise.all([
    imagesOf(`nodejs${ground.version}`),
    nodePackages([old ? 'express@4' : 'express@5']),
  ])
  const place = { image, dependencies, ...ground }
  nodeLibraryCases(place)
  nodeContractCases(place)
  nodeBusyCases(place)
  return place
}

export async function pythonCases(ground: Ground): Promise<Place> {
  const id = `python${ground.version}`
  const specs = ['fastapi', 'flask', 'bottle', ...(ground.version === '3.7' ? ['pydantic<2'] : [])]
  const [{ sandbox: image }, dependencies] = await Promise.all([imagesOf(id), pythonPackages(id, specs)])
  const place = { image, dependencies, ...ground }
  pythonLibraryCases(place)
  pythonContractCases(place)
  pythonBusyCases(place)
  return place
}
