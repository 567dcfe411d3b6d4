import type { Deployment } from '../../../../contract/deployment.ts'
import type { Finder } from './annotation.ts'
import { findBundlers } from './bundlers.ts'
import { inRepository } from './in-repository.ts'
import { findNode } from './node.ts'
import { findPython } from './python.ts'
import { findRequirement } from './requirements.ts'
import { findTypeScript } from './typescript.ts'

/** GitHub takes so many with one request; more are of no use to anybody. */
const MOST = 50
const MOST_MESSAGE_CHARACTERS = 2000
const MOST_LINE_CHARACTERS = 2000

/** What stands before the app's own words on the first line of a failure. */
const OUR_WORDS = /^==> (?:Failed: )?(?:[a-z\d-]{1,39} did not start: )?/

const finders: readonly Finder[] = [findTypeScript, findBundlers, findNode, findPython]

/** A note on a line, as GitHub's check runs take it. */
export interface Annotation {
  readonly path: string
  readonly start_line: number
  readonly end_line: number
  readonly annotation_level: 'failure'
  readonly message: string
}

/**
 * What a failed deployment's log says of lines of the repository's files: of each line the first thing.
 *
 * @param log as plain text
 */
export function findAnnotations(
  { config, outcome }: Pick<Deployment, 'config' | 'outcome'>,
  log: string,
): Annotation[] {
  const lines = log.split('\n').map((line) => line.slice(0, MOST_LINE_CHARACTERS).replace(OUR_WORDS, '').trimEnd())
  const findings = [...findRequirement(outcome.error?.message ?? ''), ...finders.flatMap((find) => find(lines))]
  const found = new Map<string, Annotation>()
  for (const { file, line, message } of findings) {
    const path = inRepository(file, config.src)
    if (path === undefined || line < 1) continue
    const place = `${path}:${line}`
    if (!found.has(place)) found.set(place, toAnnotation({ path, line, message }))
  }
  return [...found.values()].slice(0, MOST)
}

/** @param place its line counts from 1 */
export function toAnnotation(place: {
  readonly path: string
  readonly line: number
  readonly message: string
}): Annotation {
  const message = place.message.toWellFormed().slice(0, MOST_MESSAGE_CHARACTERS)
  return { path: place.path, start_line: place.line, end_line: place.line, annotation_level: 'failure', message }
}
