import { pathOf, push, commit, createPlace, type Place } from '../place.ts'
import { anyPlace, nameOf, type Move, type World } from '../world.ts'

/** What happens to repositories as a whole, and to the App's installations. */
export const ownerMoves: readonly Move[] = [
  { weight: 0.5, name: 'repository renamed', run: rename },
  { weight: 0.4, name: 'repository put into the archive', run: (world) => archive(world, true) },
  { weight: 0.8, name: 'repository taken out of the archive', run: (world) => archive(world, false) },
  { weight: 0.2, name: 'repository deleted', run: remove },
  { weight: 0.4, name: 'new repository', run: addPlace },
  { weight: 0.2, name: 'App taken away', run: (world) => leave(world, 'removed') },
  { weight: 0.2, name: 'App suspended', run: (world) => leave(world, 'suspended') },
  { weight: 1, name: 'App given back', run: comeBack },
]

async function rename(world: World): Promise<string | undefined> {
  const place = anyPlace(world)
  if (place === undefined) return undefined
  const former = nameOf(place)
  const name = `r${place.id}-${++place.count}`
  const { status } = await world.github.send('PATCH', pathOf(place), { name })
  if (status !== 200) return `${former}: refused with ${status}`
  place.name = name
  await place.clone.git('remote', 'set-url', 'origin', `${world.stack.forgeUrl}/${place.owner}/${name}.git`)
  return `${former} is ${name}`
}

async function archive(world: World, archived: boolean): Promise<string | undefined> {
  const place = world.random.oneOf(world.places.filter(({ isGone, isArchived }) => !isGone && isArchived !== archived))
  if (place === undefined || place.id === 0) return undefined
  const { status } = await world.github.send('PATCH', pathOf(place), { archived })
  if (status === 200) place.isArchived = archived
  place.wasShut = true
  return nameOf(place)
}

async function remove(world: World): Promise<string | undefined> {
  const place = anyPlace(world)
  if (place === undefined || world.places.filter(({ isGone }) => !isGone).length < 3) return undefined
  const { status } = await world.github.send('DELETE', pathOf(place))
  if (status === 204) place.isGone = true
  return `${nameOf(place)}${place.isGone ? '' : `: refused with ${status}`}`
}

/** A repository with micros of names that nothing had before. */
export async function addPlace(world: World): Promise<string | undefined> {
  if (world.places.filter(({ isGone }) => !isGone).length > 4) return undefined
  const number = world.places.length + 1
  const owner = number % 2 === 1 ? 'ada' : 'grace'
  if (world.away.has(owner)) return undefined
  const single = [{ name: `solo${number}`, folder: '', hasPaths: false }]
  const pair = [
    { name: `api${number}`, folder: 'api', hasPaths: true },
    { name: `web${number}`, folder: 'web', hasPaths: false },
  ]
  const place = await createPlace(world.stack, {
    owner,
    name: `place${number}`,
    micros: number % 3 === 2 ? pair : single,
  })
  world.places.push(place)
  const sha = await commit(place, { touched: place.micros.map((_, index) => index) })
  await push(place, world.github, { from: 'main', to: 'refs/heads/main' })
  return `${nameOf(place)} with ${place.micros.map(({ name }) => name).join(' and ')}, main is ${sha.slice(0, 7)}`
}

async function leave(world: World, how: 'removed' | 'suspended'): Promise<string | undefined> {
  const owner = world.random.pick(['ada', 'grace'])
  if (world.away.size > 0) return undefined
  const path = `/_installations/${owner}`
  const { status } =
    how === 'removed' ? await world.github.send('DELETE', path) : await world.github.send('PUT', `${path}/suspended`)
  if (status >= 300) return `${owner}: refused with ${status}`
  world.away.set(owner, how)
  for (const place of ofOwner(world, owner)) place.wasShut = true
  return owner
}

async function comeBack(world: World): Promise<string | undefined> {
  const [owner, how] = [...world.away][0] ?? []
  if (owner === undefined) return undefined
  const { status } =
    how === 'removed'
      ? await world.github.send('POST', '/_installations', { account: owner })
      : await world.github.send('DELETE', `/_installations/${owner}/suspended`)
  if (status >= 300) return `${owner}: refused with ${status}`
  world.away.delete(owner)
  return owner
}

function ofOwner({ places }: World, owner: string): Place[] {
  return places.filter((place) => place.owner === owner)
}
