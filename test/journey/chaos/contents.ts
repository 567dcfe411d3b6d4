/** A micro of a repository of the walk. */
export interface MicroPlan {
  readonly name: string
  /** Its folder; empty for the root. */
  readonly folder: string
  /** Whether only changes of its folder deploy it. */
  readonly hasPaths: boolean
}

/** It answers with all that says which deployment it is. */
export interface Answered {
  readonly micro: string
  readonly commit: string
  readonly target: string
  readonly pull: string | null
  readonly version: string
}

const app = `const { version } = require('./version.json')
const { MICRO_NAME: micro, MICRO_COMMIT: commit, MICRO_TARGET: target, MICRO_PULL_REQUEST: pull = null } = process.env
module.exports = (request, response) => response.end(JSON.stringify({ micro, commit, target, pull, version }))
`

/** The config file for these micros. */
export function configOf(micros: readonly MicroPlan[]): string {
  const entries = micros.map(({ name, folder, hasPaths }) =>
    [
      `  - name: ${name}`,
      `    src: ${folder === '' ? '.' : folder}`,
      '    runtime: nodejs24',
      ...(hasPaths ? [`    paths: [${folder}]`] : []),
    ].join('\n'),
  )
  return ['v: 1', 'previews:', '  max: 50', 'micros:', ...entries, ''].join('\n')
}

/** One that nobody can read. */
export const brokenConfig = 'v: 1\nbroken: true\n'

/** A micro's files, at a version of their own. */
export function filesOf({ folder }: MicroPlan, version: string): Record<string, string> {
  const at = (name: string) => (folder === '' ? name : `${folder}/${name}`)
  return { [at('index.js')]: app, [at('version.json')]: JSON.stringify({ version }) }
}

/** What a config file of the walk says, read back. */
export function readConfig(text: string | undefined): {
  readonly isBroken: boolean
  readonly micros: readonly MicroPlan[]
} {
  if (text === undefined) return { isBroken: false, micros: [] }
  const entries = text.split(/^ {2}- /m).slice(1)
  return {
    isBroken: text.includes('broken:'),
    micros: entries.map((entry) => ({
      name: /name: (\S+)/.exec(entry)?.[1] ?? '',
      folder: (/src: (\S+)/.exec(entry)?.[1] ?? '.').replace(/^\.$/, ''),
      hasPaths: entry.includes('paths:'),
    })),
  }
}
