import { commit, push, pushDeletion, type Change, type Place } from '../place.ts'
import { anyPlace, nameOf, type Move, type World } from '../world.ts'

const MAIN = { from: 'main', to: 'refs/heads/main' }

/** What is pushed to branches that something is deployed from, and to others. */
export const pushMoves: readonly Move[] = [
  { weight: 6, name: 'push', run: (world) => onMain(world, (place) => ({ touched: some(world, place) })) },
  { weight: 1, name: 'push of words alone', run: (world) => onMain(world, () => ({})) },
  { weight: 1, name: 'push of a broken config file', run: (world) => onMain(world, () => ({ isBroken: true })) },
  {
    weight: 1,
    name: 'push that asks not to be deployed',
    run: (world) =>
      onMain(world, (place) => ({ touched: some(world, place), message: `Change ${place.count} [skip ci]` })),
  },
  { weight: 2, name: 'three pushes at once', run: burst },
  { weight: 2, name: 'forced push', run: (world) => rewind(world, true) },
  { weight: 1, name: 'forced push of an old commit', run: (world) => rewind(world, false) },
  { weight: 1, name: 'other micros', run: otherMicros },
  { weight: 1, name: 'new branch', run: newBranch },
  { weight: 1, name: 'branch deleted', run: deleteBranch },
  { weight: 0.5, name: 'tag', run: tag },
]

/** Some of a repository's micros, at least one. */
export function some({ random }: World, { micros }: Place): number[] {
  const all = micros.map((_, index) => index)
  const chosen = all.filter(() => random.chance(0.6))
  return chosen.length > 0 ? chosen : all.slice(0, 1)
}

async function onMain(world: World, change: (place: Place) => Change): Promise<string | undefined> {
  const place = anyPlace(world)
  if (place === undefined) return undefined
  await place.clone.git('checkout', '--quiet', 'main')
  const sha = await commit(place, change(place))
  await push(place, world.github, MAIN)
  return `${nameOf(place)} main is ${sha.slice(0, 7)}`
}

async function burst(world: World): Promise<string | undefined> {
  const place = anyPlace(world)
  if (place === undefined) return undefined
  await place.clone.git('checkout', '--quiet', 'main')
  const shas: string[] = []
  for (let left = 3; left > 0; left--) {
    shas.push(await commit(place, { touched: some(world, place) }))
    await push(place, world.github, MAIN)
  }
  world.events += 2
  return `${nameOf(place)} main is ${shas.map((sha) => sha.slice(0, 7)).join(', then ')}`
}

async function rewind(world: World, isNew: boolean): Promise<string | undefined> {
  const place = anyPlace(world)
  if (place === undefined) return undefined
  await place.clone.git('checkout', '--quiet', 'main')
  const depth = Number((await place.clone.git('rev-list', '--count', '--first-parent', 'main')).trim())
  if (depth < 3) return undefined
  await place.clone.git('reset', '--quiet', '--hard', `main~${1 + world.random.below(Math.min(3, depth - 2))}`)
  if (isNew) await commit(place, { touched: some(world, place) })
  await push(place, world.github, MAIN)
  return `${nameOf(place)} main is ${(await place.clone.git('rev-parse', '--short', 'main')).trim()} by force`
}

/** Takes the last micro out of the config file, or brings it back. */
async function otherMicros(world: World): Promise<string | undefined> {
  const place = world.random.oneOf(
    world.places.filter(({ isGone, isArchived, all }) => !isGone && !isArchived && all.length > 1),
  )
  if (place === undefined || place.id === 0) return undefined
  place.micros = place.micros.length === place.all.length ? place.all.slice(0, -1) : place.all
  await place.clone.git('checkout', '--quiet', 'main')
  const sha = await commit(place, { touched: place.micros.map((_, index) => index) })
  await push(place, world.github, MAIN)
  return `${nameOf(place)} has ${place.micros.map(({ name }) => name).join(' and ')} at ${sha.slice(0, 7)}`
}

async function newBranch(world: World): Promise<string | undefined> {
  const place = anyPlace(world)
  if (place === undefined) return undefined
  const branch = await branchOff(world, place)
  return `${nameOf(place)} ${branch}`
}

/** A new branch with a commit of its own, pushed. */
export async function branchOff(world: World, place: Place): Promise<string> {
  const branch = `b${++place.count}`
  await place.clone.git('checkout', '--quiet', '-B', branch, 'main')
  await commit(place, { touched: some(world, place) })
  await push(place, world.github, { from: branch, to: `refs/heads/${branch}` })
  place.branches.add(branch)
  return branch
}

async function deleteBranch(world: World): Promise<string | undefined> {
  const place = anyPlace(world)
  const branch = place === undefined ? undefined : world.random.oneOf([...place.branches])
  if (place === undefined || branch === undefined) return undefined
  await pushDeletion(place, `refs/heads/${branch}`)
  place.branches.delete(branch)
  return `${nameOf(place)} ${branch}`
}

async function tag(world: World): Promise<string | undefined> {
  const place = anyPlace(world)
  if (place === undefined) return undefined
  const name = `v${++place.count}`
  await place.clone.git('tag', name, 'main')
  await push(place, world.github, { from: `refs/tags/${name}`, to: `refs/tags/${name}` })
  if (world.random.chance(0.5)) await pushDeletion(place, `refs/tags/${name}`)
  return `${nameOf(place)} ${name}`
}
