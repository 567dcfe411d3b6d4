import type { Random } from '../../support/random.ts'
import type { Stack } from '../support/stack.ts'
import type { GitHub } from './github.ts'
import type { Journal } from './journal.ts'
import type { OwnDocker } from './own-docker.ts'
import type { Place } from './place.ts'

/** All that a walk walks through. */
export interface World {
  readonly stack: Stack
  readonly docker: OwnDocker
  readonly github: GitHub
  readonly journal: Journal
  readonly random: Random
  /** Repositories on which the App is, or was, installed. */
  readonly places: Place[]
  /** Copies of them that belong to strangers. */
  readonly forks: Place[]
  /** Owners without the App, or whose installation is suspended. */
  readonly away: Map<string, 'removed' | 'suspended'>
  /** Events that the walk has caused. */
  events: number
}

/** One step: does something and says what; undefined where it does not apply. */
export interface Move {
  readonly weight: number
  readonly name: string
  readonly run: (world: World) => Promise<string | undefined>
}

/** A repository that can be pushed to. */
export function anyPlace({ places, random }: World): Place | undefined {
  return random.oneOf(places.filter(({ isGone, isArchived, id }) => !isGone && !isArchived && id !== 0))
}

export function nameOf({ owner, name }: Place): string {
  return `${owner}/${name}`
}
