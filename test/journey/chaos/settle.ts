import { setTimeout as sleep } from 'node:timers/promises'
import { wrongEndpoints } from './checks/endpoints.ts'
import { leftOver } from './checks/leftovers.ts'
import { wrongReports } from './checks/reports.ts'
import { stopFollowing, type Place } from './place.ts'
import { readTruth, type PlaceTruth } from './truth.ts'
import type { World } from './world.ts'

const LOOK_EVERY_MS = 2000

/** Ends all misbehaviour and waits until everything is as GitHub says; what is still wrong after the deadline. */
export async function settle(world: World, deadlineMs: number): Promise<readonly string[]> {
  const { stack, docker, github, journal } = world
  await github.send('DELETE', '/_faults')
  stopFollowing()
  await docker.ready()
  await stack.healthy()
  journal.say('all faults are off')
  const endMs = performance.now() + deadlineMs
  for (;;) {
    const faults = await look(world)
    if (faults.length === 0) {
      journal.say('everything is as it should be')
      return []
    }
    journal.say(`${faults.length} things to come, such as: ${faults[0]}`)
    if (performance.now() > endMs) return faults
    await sleep(LOOK_EVERY_MS)
  }
}

async function look(world: World): Promise<readonly string[]> {
  const truths = new Map<Place, PlaceTruth | undefined>()
  for (const place of world.places) truths.set(place, await readTruth(world, place))
  return [...(await leftOver(world)), ...(await wrongEndpoints(world, truths)), ...(await wrongReports(world, truths))]
}
