import { MICRO_NAME } from '../contract/names.ts'
import { UsageError } from './usage-error.ts'

/** What a command is about. */
export interface Target {
  /** `owner/repository` as it was written. */
  readonly fullName: string
  /** One micro of it; absent for all. */
  readonly micro: string | undefined
}

/** GitHub's rules: an owner has letters, digits and hyphens (underscores where a company manages its users), a repository also dots. */
const TARGET = /^([A-Za-z0-9](?:[A-Za-z0-9_-]{0,38}))\/([A-Za-z0-9._-]{1,100})(?:\/([^/]+))?$/

/**
 * `owner/repository` or `owner/repository/micro`.
 *
 * @throws UsageError when it is anything else.
 */
export function parseTarget(text: string | undefined): Target {
  const [, owner, repository, micro] = TARGET.exec(text ?? '') ?? []
  if (owner === undefined || repository === undefined)
    throw new UsageError(
      text === undefined
        ? 'Name a repository: <owner>/<repo>.'
        : `"${text}" names no repository; write <owner>/<repo> or <owner>/<repo>/<micro>.`,
    )
  if (micro !== undefined && !MICRO_NAME.test(micro))
    throw new UsageError(`"${micro}" cannot be the name of a micro: lower-case letters, digits and single hyphens.`)
  return { fullName: `${owner}/${repository}`, micro }
}

/**
 * The one repository or micro that is all of a command's arguments.
 *
 * @throws UsageError when there are more.
 */
export function parseOnlyTarget([first, ...more]: readonly string[]): Target {
  const target = parseTarget(first)
  if (more.length > 0) throw new UsageError('One repository or micro at a time.')
  return target
}

/** The target as it is written in a command. */
export function targetText({ fullName, micro }: Target): string {
  return micro === undefined ? fullName : `${fullName}/${micro}`
}
