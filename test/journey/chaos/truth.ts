import { readConfig, type MicroPlan } from './contents.ts'
import { pathOf, type Place } from './place.ts'
import type { World } from './world.ts'

/** What GitHub shows of one commit. */
export interface CommitTruth {
  readonly sha: string
  readonly isBroken: boolean
  readonly asksToSkip: boolean
  readonly micros: readonly MicroPlan[]
  /** What a micro's folder says there. */
  version(micro: MicroPlan): Promise<string>
}

export interface PullTruth {
  readonly number: number
  readonly isFork: boolean
  readonly head: CommitTruth
}

/** What GitHub shows of a repository that the App reaches. */
export interface PlaceTruth {
  readonly head: CommitTruth
  readonly open: readonly PullTruth[]
}

/** Undefined where the App reaches nothing any more. */
export async function readTruth(world: World, place: Place): Promise<PlaceTruth | undefined> {
  if (place.isGone || world.away.has(place.owner) || place.id === 0) return undefined
  const { github } = world
  const main = await github.read<{ object: { sha: string } }>(`${pathOf(place)}/git/ref/heads/main`)
  if (main === undefined) throw new Error(`${place.name} has no main`)
  const pulls = await github.list<{ number: number; head: { sha: string; repo: { id: number } | null } }>(
    `${pathOf(place)}/pulls?state=open`,
  )
  return {
    head: await readCommit(world, place, main.object.sha),
    open: await Promise.all(
      pulls.map(async ({ number, head }) => ({
        number,
        isFork: head.repo?.id !== place.id,
        head: await readCommit(world, place, head.sha),
      })),
    ),
  }
}

async function readCommit(world: World, place: Place, sha: string): Promise<CommitTruth> {
  const { github } = world
  const file = async (path: string) => {
    const found = await github.read<{ content: string }>(`${pathOf(place)}/contents/${path}?ref=${sha}`)
    return found === undefined ? undefined : Buffer.from(found.content, 'base64').toString('utf8')
  }
  const message = (await github.read<{ commit: { message: string } }>(`${pathOf(place)}/commits/${sha}`))?.commit
    .message
  return {
    sha,
    ...readConfig(await file('micro.yml')),
    asksToSkip: message?.includes('[skip ci]') ?? false,
    async version({ folder }) {
      const text = await file(folder === '' ? 'version.json' : `${folder}/version.json`)
      return text === undefined ? '' : (JSON.parse(text) as { version: string }).version
    },
  }
}
