import { isolationsHere } from '../sandbox/stage.ts'
import { hostileSuite, readHostile } from './support/suite.ts'

const hostile = await readHostile()
for (const isolation of await isolationsHere()) hostileSuite(isolation, hostile)
