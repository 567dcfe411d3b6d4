export type Language = 'node' | 'python'

/** A runtime that a micro can ask for, and where its image can come from. */
export interface Runtime {
  readonly id: string
  readonly language: Language
  /** `24`, `3.13` */
  readonly version: string
  /** The last day of upstream's security support, as an ISO date. */
  readonly endOfLife: string
  /** The suite of a distribution that its images are built on. For Python it is also the one that brings this version. */
  readonly suite: Suite
  /** The official image, where a container registry answers; `-slim` is appended for the sandbox. */
  readonly official: string
  /** Ranges of the npm packages that go into a Node runtime's images. */
  readonly packages?: NodePackages
}

type DebianSuite = 'bullseye' | 'bookworm' | 'trixie' | 'forky'
type UbuntuSuite = 'bionic' | 'focal' | 'jammy' | 'noble'
export type Suite = DebianSuite | UbuntuSuite

export type Distribution = 'debian' | 'ubuntu'

const ubuntuSuites: ReadonlySet<Suite> = new Set<UbuntuSuite>(['bionic', 'focal', 'jammy', 'noble'])

export interface NodePackages {
  readonly node: string
  readonly npm: string
  readonly pnpm: string
  readonly yarn: string
  /** Yarn 2 and newer, for lock files in its format. */
  readonly yarnBerry: string
}

/** End-of-life dates: https://github.com/nodejs/Release#release-schedule and https://devguide.python.org/versions/ */
export const runtimes: readonly Runtime[] = [
  node({ major: '12', endOfLife: '2022-04-30', npm: '8', pnpm: '6', yarnBerry: '3' }),
  node({ major: '14', endOfLife: '2023-04-30', npm: '8', pnpm: '7', yarnBerry: '3' }),
  node({ major: '16', endOfLife: '2023-09-11', npm: '8', pnpm: '8', yarnBerry: '3' }),
  node({ major: '18', endOfLife: '2025-04-30', npm: '10', pnpm: '9', yarnBerry: '4' }),
  node({ major: '20', endOfLife: '2026-04-30', npm: '11', pnpm: '10', yarnBerry: '4' }),
  node({ major: '22', endOfLife: '2027-04-30', npm: '11', pnpm: '10', yarnBerry: '4' }),
  node({ major: '24', endOfLife: '2028-04-30', npm: '11', pnpm: '10', yarnBerry: '4' }),
  python({ version: '3.7', endOfLife: '2023-06-27', suite: 'bionic' }),
  python({ version: '3.8', endOfLife: '2024-10-07', suite: 'focal' }),
  python({ version: '3.9', endOfLife: '2025-10-31', suite: 'bullseye' }),
  python({ version: '3.10', endOfLife: '2026-10-31', suite: 'jammy' }),
  python({ version: '3.11', endOfLife: '2027-10-31', suite: 'bookworm' }),
  python({ version: '3.12', endOfLife: '2028-10-31', suite: 'noble' }),
  python({ version: '3.13', endOfLife: '2029-10-31', suite: 'trixie' }),
  python({ version: '3.14', endOfLife: '2030-10-31', suite: 'forky' }),
]

/**
 * The runtime that a person meant: `nodejs14`, `nodejs14.x`, `node 14`, `python3.9`, `Python 3.9`, `3.9`.
 *
 * @returns undefined for what the catalogue does not have; `suggestRuntimes` has words for that.
 */
export function findRuntime(spelling: string): Runtime | undefined {
  const match = /^(node|node\.?js|python)?[\s:@-]*v?(\d+)(?:\.(\d+|x))?(?:\.(?:\d+|x))?$/.exec(
    spelling.trim().toLowerCase(),
  )
  if (!match) return undefined
  const [, name, major, minor] = match
  const language = name === undefined ? guessLanguage(major, minor) : name === 'python' ? 'python' : 'node'
  const version = language === 'python' ? `${major}.${minor}` : major
  return runtimes.find((runtime) => runtime.language === language && runtime.version === version)
}

/** The runtime of a micro whose file names none: the ones that Deta Micros had. */
export function defaultRuntime(language: Language): Runtime {
  const id = language === 'node' ? 'nodejs14' : 'python3.9'
  const found = runtimes.find((runtime) => runtime.id === id)
  if (!found) throw new Error(`the catalogue lacks ${id}`)
  return found
}

/** Whether upstream mends security holes no longer. The last day itself still counts as supported. */
export function isPastEndOfLife(runtime: Runtime, now: Date): boolean {
  return now.toISOString().slice(0, 10) > runtime.endOfLife
}

/** Whose suite it is. */
export function distributionOf(suite: Suite): Distribution {
  return ubuntuSuites.has(suite) ? 'ubuntu' : 'debian'
}

/** `Debian bookworm`, `Ubuntu noble` */
export function nameOfSuite(suite: Suite): string {
  return `${distributionOf(suite) === 'ubuntu' ? 'Ubuntu' : 'Debian'} ${suite}`
}

/** For an unknown spelling: all ids, the likeliest ones first. */
export function suggestRuntimes(spelling: string): string[] {
  const text = spelling.toLowerCase()
  const wanted: Language | undefined = text.includes('py') ? 'python' : /node|js/.test(text) ? 'node' : undefined
  const asked = Number(/\d+(?:\.\d+)?/.exec(text)?.[0].replace(/^3\./, '') ?? Number.NaN)
  const distance = (runtime: Runtime) =>
    (wanted !== undefined && runtime.language !== wanted ? 1000 : 0) +
    (Number.isNaN(asked) ? 0 : Math.abs(Number(runtime.version.replace(/^3\./, '')) - asked))
  return runtimes.toSorted((a, b) => distance(a) - distance(b)).map((runtime) => runtime.id)
}

/** A bare `3.9` can only be Python; a bare `24`, `24.x` or `22.1.0` only Node. */
function guessLanguage(major: string | undefined, minor: string | undefined): Language {
  return major === '3' && minor !== undefined && minor !== 'x' ? 'python' : 'node'
}

interface NodeFacts {
  readonly major: string
  readonly endOfLife: string
  readonly npm: string
  readonly pnpm: string
  readonly yarnBerry: string
}

function node({ major, endOfLife, npm, pnpm, yarnBerry }: NodeFacts): Runtime {
  return {
    id: `nodejs${major}`,
    language: 'node',
    version: major,
    endOfLife,
    suite: 'bookworm',
    official: `node:${major}`,
    packages: { node: major, npm, pnpm, yarn: '1', yarnBerry },
  }
}

interface PythonFacts {
  readonly version: string
  readonly endOfLife: string
  readonly suite: Suite
}

function python({ version, endOfLife, suite }: PythonFacts): Runtime {
  return {
    id: `python${version}`,
    language: 'python',
    version,
    endOfLife,
    official: `python:${version}`,
    suite,
  }
}
