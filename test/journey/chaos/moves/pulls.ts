import { commit, createPlace, pathOf, push, type Place, type PullPlan } from '../place.ts'
import { anyPlace, nameOf, type Move, type World } from '../world.ts'
import { branchOff, some } from './pushes.ts'

/** What happens to pull requests, and what people say in them. */
export const pullMoves: readonly Move[] = [
  { weight: 3, name: 'pull request opened', run: open },
  { weight: 2.5, name: 'pull request pushed to', run: synchronise },
  { weight: 1.5, name: 'pull request closed', run: (world) => change(world, { state: 'closed' }) },
  { weight: 1, name: 'pull request reopened', run: (world) => change(world, { state: 'open' }) },
  { weight: 1, name: 'pull request merged', run: merge },
  { weight: 0.5, name: 'pull request retargeted', run: retarget },
  { weight: 0.5, name: 'pull request renamed', run: (world) => change(world, { title: 'Another title' }) },
  { weight: 0.5, name: 'pull request made a draft', run: draft },
  { weight: 1, name: 'pull request from a fork', run: openFork },
  {
    weight: 1.5,
    name: 'deploy, says somebody with write access',
    run: (world) => say(world, '/deploy', 'grace:write'),
  },
  { weight: 0.5, name: 'deploy, says a stranger', run: (world) => say(world, '/deploy', 'mallory') },
  { weight: 1, name: 'roll back', run: (world) => say(world, '/rollback', 'grace:write') },
  { weight: 1.5, name: 'resume', run: (world) => say(world, '/resume', 'grace:write') },
  { weight: 0.5, name: 'a word', run: (world) => say(world, 'Looks good to me', 'mallory') },
]

interface Chosen {
  readonly place: Place
  readonly pull: PullPlan
}

function anyPull(world: World, fits: (pull: PullPlan) => boolean): Chosen | undefined {
  const usable = world.places.filter(({ isGone, isArchived }) => !isGone && !isArchived)
  return world.random.oneOf(
    usable.flatMap((place) => [...place.pulls.values()].filter(fits).map((pull) => ({ place, pull }))),
  )
}

async function open(world: World): Promise<string | undefined> {
  const place = anyPlace(world)
  if (place === undefined || [...place.pulls.values()].filter(({ isOpen }) => isOpen).length > 4) return undefined
  const branch = await branchOff(world, place)
  return openFrom(world, place, { head: branch, branch, from: undefined })
}

interface From {
  readonly head: string
  readonly branch: string
  readonly from: Place | undefined
}

async function openFrom({ github }: World, place: Place, { head, branch, from }: From): Promise<string> {
  const body = { title: `Pull ${branch}`, head, base: 'main', ...(from === undefined ? {} : { head_repo: from.name }) }
  const { status, json } = await github.send('POST', `${pathOf(place)}/pulls`, body)
  if (status !== 201) return `${nameOf(place)} ${head}: refused with ${status}`
  const { number } = json as { number: number }
  place.pulls.set(number, { number, branch, from, isOpen: true })
  return `${nameOf(place)} #${number} from ${head}`
}

async function openFork(world: World): Promise<string | undefined> {
  const place = anyPlace(world)
  if (place === undefined || place.pulls.size > 20) return undefined
  const name = `${place.name}-copy-${++place.count}`
  const made = await world.github.send('POST', `${pathOf(place)}/forks`, { organization: 'eve', name }, 'eve')
  if (made.status !== 202) return `${nameOf(place)}: no fork, ${made.status}`
  const fork = await createPlace(world.stack, { owner: 'eve', name, micros: place.micros })
  world.forks.push(fork)
  await fork.clone.git('fetch', '--quiet', 'origin', 'main')
  await fork.clone.git('checkout', '--quiet', '-B', 'idea', 'FETCH_HEAD')
  fork.count = 1000 * place.count
  place.shas.add(await commit(fork, { touched: some(world, fork) }))
  await push(fork, world.github, { from: 'idea', to: 'refs/heads/idea' })
  return openFrom(world, place, { head: 'eve:idea', branch: 'idea', from: fork })
}

async function synchronise(world: World): Promise<string | undefined> {
  const chosen = anyPull(world, ({ isOpen }) => isOpen)
  if (chosen === undefined) return undefined
  const { place, pull } = chosen
  const source = pull.from ?? place
  if (pull.from === undefined && !place.branches.has(pull.branch)) return undefined
  await source.clone.git('checkout', '--quiet', pull.branch)
  const sha = await commit(source, { touched: some(world, source), isBroken: world.random.chance(0.1) })
  place.shas.add(sha)
  await push(source, world.github, { from: pull.branch, to: `refs/heads/${pull.branch}` })
  return `${nameOf(place)} #${pull.number} is ${sha.slice(0, 7)}`
}

async function change(
  world: World,
  body: { readonly state?: 'open' | 'closed'; readonly title?: string },
): Promise<string | undefined> {
  const chosen = anyPull(world, ({ isOpen }) => (body.state === 'open' ? !isOpen : isOpen))
  if (chosen === undefined) return undefined
  const { place, pull } = chosen
  const { status } = await world.github.send('PATCH', `${pathOf(place)}/pulls/${pull.number}`, body)
  if (status === 200 && body.state !== undefined) pull.isOpen = body.state === 'open'
  return `${nameOf(place)} #${pull.number}${status === 200 ? '' : `: refused with ${status}`}`
}

async function merge(world: World): Promise<string | undefined> {
  const chosen = anyPull(world, ({ isOpen }) => isOpen)
  if (chosen === undefined) return undefined
  const { place, pull } = chosen
  const { status, json } = await world.github.send('PUT', `${pathOf(place)}/pulls/${pull.number}/merge`, {})
  if (status !== 200) return `${nameOf(place)} #${pull.number}: refused with ${status}`
  pull.isOpen = false
  place.shas.add((json as { sha: string }).sha)
  await place.clone.git('checkout', '--quiet', 'main')
  await place.clone.git('fetch', '--quiet', 'origin', 'main')
  await place.clone.git('reset', '--quiet', '--hard', 'FETCH_HEAD')
  return `${nameOf(place)} #${pull.number}, main is ${(json as { sha: string }).sha.slice(0, 7)}`
}

async function retarget(world: World): Promise<string | undefined> {
  const chosen = anyPull(world, ({ isOpen, from }) => isOpen && from === undefined)
  if (chosen === undefined) return undefined
  const { place, pull } = chosen
  const base = world.random.oneOf(['main', ...place.branches].filter((branch) => branch !== pull.branch)) ?? 'main'
  const { status } = await world.github.send('PATCH', `${pathOf(place)}/pulls/${pull.number}`, { base })
  return `${nameOf(place)} #${pull.number} to ${base}${status === 200 ? '' : `: refused with ${status}`}`
}

async function draft(world: World): Promise<string | undefined> {
  const chosen = anyPull(world, ({ isOpen }) => isOpen)
  if (chosen === undefined) return undefined
  const { place, pull } = chosen
  const draft = world.random.chance(0.5)
  await world.github.send('PUT', `${pathOf(place)}/pulls/${pull.number}/_draft`, { draft })
  return `${nameOf(place)} #${pull.number} ${draft ? 'is' : 'is no'} draft`
}

async function say(world: World, command: string, who: string): Promise<string | undefined> {
  const chosen = anyPull(
    world,
    ({ isOpen, from }) => isOpen && (command !== '/deploy' || from !== undefined || world.random.chance(0.3)),
  )
  if (chosen === undefined) return undefined
  const { place, pull } = chosen
  const micro = world.random.oneOf(place.micros)?.name ?? ''
  const isOfMicro = command === '/rollback' || command === '/resume'
  if (command === '/rollback') place.rolledBack.add(micro)
  if (command === '/deploy' && who.endsWith(':write')) await noteApproved(world, { place, pull })
  const body = isOfMicro ? `${command} ${micro}` : command
  const { status } = await world.github.send('POST', `${pathOf(place)}/issues/${pull.number}/comments`, { body }, who)
  return `${nameOf(place)} #${pull.number}: ${body}, says ${who}${status === 201 ? '' : `: refused with ${status}`}`
}

/** The head of now, and one that comes before the command is obeyed: the bot says itself which one it was. */
async function noteApproved({ github }: World, { place, pull }: Chosen): Promise<void> {
  const shown = await github.read<{ head: { sha: string } }>(`${pathOf(place)}/pulls/${pull.number}`)
  if (shown !== undefined) place.approved.add(shown.head.sha)
}
