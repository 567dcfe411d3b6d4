import type { MicroConfig } from '../../config.ts'
import { defaultLimits, type Limits } from '../../limits.ts'
import { slug } from '../../names.ts'
import type { Findings } from '../findings.ts'
import { readLimits } from '../fields/read-limits.ts'

export interface LegacyContext {
  readonly findings: Findings
  readonly owner: string
  readonly repository: string
  readonly granted?: Limits
}

/** A micro of which nothing is said: it has the repository's name, and the runner finds out the rest. */
export function plainMicro(legacy: 'deta' | 'space', context: LegacyContext): MicroConfig {
  const { findings, repository, granted = defaultLimits } = context
  return {
    name: slug(repository),
    src: '.',
    env: {},
    secrets: [],
    limits: readLimits(undefined, { findings, usual: defaultLimits, granted }),
    legacy,
  }
}
