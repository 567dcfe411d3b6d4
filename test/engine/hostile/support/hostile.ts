import type { Answer, Ask } from '../../../journey/support/http.ts'
import type { Stack } from '../../../journey/support/stack.ts'
import type { Traps } from '../../sandbox/traps.ts'
import type { Neighbour } from './neighbours.ts'
import type { Container } from './container.ts'
import type { Outcome } from './push.ts'

/** The longest that an install and a build may take on the suite's stack. */
export const BUILDER_SECONDS = 20

/** One hostile micro: its folder is the repository, and this says what comes of it. */
export interface Hostile {
  /** Ends the sentence "a micro that …". */
  readonly does: string
  /** `beforehand` has it live before `contained` runs; `attack` leaves the push to `contained`, because building or starting it is the attack. */
  readonly deployed: 'beforehand' | 'attack'
  /** One of those that also run in the short suite. */
  readonly telling?: true
  /** Makes it attack, and expects what has to come of it. */
  readonly contained: (scene: Scene) => Promise<void>
}

/** What a hostile micro's description can ask for. */
export interface Scene {
  readonly isolation: 'runc' | 'gvisor'
  readonly stack: Stack
  readonly traps: Traps
  readonly neighbours: Readonly<Record<'node' | 'python', Neighbour>>
  readonly name: string
  /** Stands in the runner's environment under several names. Nobody's code may see it. */
  readonly token: string
  /** Its own endpoint. */
  readonly host: string
  readonly ask: (path?: string, rest?: Omit<Ask, 'host' | 'port' | 'path'>) => Promise<Answer>
  /** Makes the micro attack, and gives what it says came of it. */
  readonly attack: (path: string) => Promise<unknown>
  /** Resolves when its endpoint answers as it should, which may need another start. */
  readonly alive: () => Promise<void>
  /** Its sandbox, as Docker has it. */
  readonly container: () => Promise<Container>
  /** Pushes its folder, with these files over it, and waits for the outcome. */
  readonly push: (over?: Readonly<Record<string, string>>) => Promise<Outcome>
  /** Pushes the repository without the micro, which ends it. */
  readonly end: () => Promise<void>
}
