import { isPastEndOfLife, nameOfSuite, runtimes, type Runtime } from '../../../runtimes/catalogue.ts'

/** What is known of this host when a person asks which runtimes it has. */
export interface HostFacts {
  /** Ids of the runtimes whose images are there. */
  readonly ready: ReadonlySet<string>
  readonly registryAnswers: boolean
  /** Programs and files that making an image needs and that are not here, each by a name that a person understands. */
  readonly missing: Readonly<Record<'node' | 'python', readonly string[]>>
}

export interface ListedRuntime {
  readonly id: string
  readonly language: Runtime['language']
  readonly version: string
  readonly endOfLife: string
  readonly pastEndOfLife: boolean
  /** Where its image can come from, in general. */
  readonly sources: readonly string[]
  readonly here: 'ready' | 'can be made' | 'not here'
  /** What is used when it is made here, or why it cannot be. */
  readonly how: string
}

/** The catalogue as one host sees it on one day. */
export function listRuntimes(facts: HostFacts, now: Date): ListedRuntime[] {
  return runtimes.map((runtime) => ({
    id: runtime.id,
    language: runtime.language,
    version: runtime.version,
    endOfLife: runtime.endOfLife,
    pastEndOfLife: isPastEndOfLife(runtime, now),
    sources: [`image ${runtime.official}`, packagesOf(runtime)],
    ...stateOf(runtime, facts),
  }))
}

function packagesOf({ suite, packages }: Runtime): string {
  return packages === undefined ? nameOfSuite(suite) : `npm's node ${packages.node} on ${nameOfSuite(suite)}`
}

function stateOf(runtime: Runtime, facts: HostFacts): Pick<ListedRuntime, 'here' | 'how'> {
  if (facts.ready.has(runtime.id)) return { here: 'ready', how: '' }
  const missing = facts.missing[runtime.language]
  // Node and the package managers come from npm on either base.
  const needed = facts.registryAnswers ? missing.filter((name) => name === 'npm') : missing
  if (needed.length > 0) return { here: 'not here', how: `${needed.join(' and ')} missing` }
  return { here: 'can be made', how: facts.registryAnswers ? `image ${runtime.official}` : packagesOf(runtime) }
}
