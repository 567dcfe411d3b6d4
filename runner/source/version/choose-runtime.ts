import { runtimes, type Language, type Runtime } from '../../../runtimes/catalogue.ts'
import { readNodeAlias, readNodeRange } from './node-majors.ts'
import { readPythonSpecifier, readPythonVersion } from './python-minors.ts'

/** One place in a micro's files that asks for a version of its language. */
export interface VersionRequest {
  /** How a person calls it: `.nvmrc`, `engines.node in package.json`. */
  readonly where: string
  readonly language: Language
  readonly kind: 'version' | 'range'
  readonly text: string
}

interface Choice {
  readonly runtime: Runtime | undefined
  /** Sentences about requests that could not be met, or not be read. */
  readonly warnings: readonly string[]
}

type Accepts = (number: number) => boolean

const readers: Readonly<Record<Language, Record<VersionRequest['kind'], (text: string) => Accepts | undefined>>> = {
  node: { version: readNodeAlias, range: readNodeRange },
  python: { version: readPythonVersion, range: readPythonSpecifier },
}

/**
 * The runtime that a micro's files ask for: the newest of the catalogue that the first readable request accepts. What cannot
 * be read, or is not in the catalogue, is a warning and nothing worse: these files were written for other tools.
 *
 * @param requests those of one language, the weightiest first.
 */
export function chooseRuntime(requests: readonly VersionRequest[]): Choice {
  const warnings: string[] = []
  for (const request of requests) {
    const accepts = readers[request.language][request.kind](request.text)
    if (accepts === undefined) {
      warnings.push(`${request.where} says ${shown(request.text)}, which names no version; it is passed over.`)
      continue
    }
    const known = runtimes.filter(({ language }) => language === request.language)
    const runtime = known.findLast((one) => accepts(numberOf(one)))
    if (runtime !== undefined) return { runtime, warnings }
    const near = nearest(known, accepts)
    warnings.push(
      `${request.where} asks for ${shown(request.text)}, which is not among the runtimes; ${near?.id ?? 'the default'} is taken.`,
    )
    return { runtime: near, warnings }
  }
  return { runtime: undefined, warnings }
}

/** The runtime after the one that was asked for, which is likelier to run it than the one before; the newest where none is newer. */
function nearest(known: readonly Runtime[], accepts: Accepts): Runtime | undefined {
  for (let asked = 0; asked < 100; asked += 1) {
    if (accepts(asked)) return known.find((one) => numberOf(one) > asked) ?? known.at(-1)
  }
  return undefined
}

/** What tells runtimes of one language apart: 24 of Node.js 24, 9 of Python 3.9. */
function numberOf(runtime: Runtime): number {
  return Number(runtime.version.split('.').at(-1))
}

const SHOWN_CHARACTERS = 40

/** Printable, and short: it goes into a status that everybody sees. */
function shown(text: string): string {
  const line = text.replaceAll(/[^\x20-\x7E]+/g, ' ').trim()
  return JSON.stringify(line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line)
}
