import { hostileSuite, readHostile } from './support/suite.ts'

// The most telling of them. All of them, under gVisor too, are in hostile.long.test.ts.
hostileSuite(
  'runc',
  (await readHostile()).filter(([, { telling }]) => telling === true),
)
