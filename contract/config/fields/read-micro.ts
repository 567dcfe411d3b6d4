import type { Allowance } from '../../allowance.ts'
import type { MicroConfig } from '../../config.ts'
import { defaultLimits, type Limits } from '../../limits.ts'
import type { Findings } from '../findings.ts'
import { MOST_ENV_BYTES, readEnv } from './read-env.ts'
import { readBranch, readCommand, readName, readRuntime } from './read-fields.ts'
import { readGlobs } from './read-globs.ts'
import { readLimits } from './read-limits.ts'
import { readScale } from './read-scale.ts'
import { readSecrets } from './read-secrets.ts'
import { readSleep } from './read-sleep.ts'
import { readEntry, readSource } from './read-path.ts'
import { readSnapshot } from './read-snapshot.ts'
import type { Mapping } from '../document/tree.ts'

/** What stands beside `micros` and holds for each of them unless it says otherwise. */
export interface Shared {
  readonly env: ReadonlyMap<string, string>
  readonly branch?: string
}

interface Context {
  readonly findings: Findings
  readonly granted: Limits
  readonly allowance: Allowance
  /** `owner/repository`, where it is known. */
  readonly grantee?: string | undefined
  readonly shared: Shared
  /** The name of a micro that gives itself none. */
  readonly nameFor: (src: string) => string
}

/** One micro of the file. Unknown keys are the caller's, who knows which ones may stand beside. */
export function readMicro(
  group: Mapping,
  { findings, granted, allowance, grantee, shared, nameFor }: Context,
): MicroConfig {
  const get = (key: string) => group.entries.get(key)
  const src = readSource(get('src'), { findings })
  const runtime = readRuntime(get('runtime'), { findings })
  const entry = readEntry(get('entry'), { findings })
  const build = readCommand(get('build'), { label: 'build', findings })
  const run = readCommand(get('run'), { label: 'run', findings })
  const sleep = readSleep(get('sleep'), { findings, allowance, grantee })
  const scale = readScale(get('scale'), { findings, allowance, grantee })
  const snapshot = readSnapshot(get('snapshot'), findings)
  const branch = readBranch(get('branch'), { findings }) ?? shared.branch
  const paths = readGlobs(get('paths'), { label: 'paths', findings })
  const ignore = readGlobs(get('ignore'), { label: 'ignore', findings })
  const micro: MicroConfig = {
    name: readName(get('name'), { findings }) ?? nameFor(src),
    src,
    ...(runtime === undefined ? {} : { runtime }),
    ...(entry === undefined ? {} : { entry }),
    ...(build === undefined ? {} : { build }),
    ...(run === undefined ? {} : { run }),
    env: Object.fromEntries([...shared.env, ...readEnv(get('env'), findings)]),
    secrets: readSecrets(get('secrets'), findings),
    limits: readLimits(get('limits'), { findings, usual: defaultLimits, granted, grantee }),
    ...(sleep === undefined ? {} : { sleep }),
    ...(scale === undefined ? {} : { scale }),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(branch === undefined ? {} : { branch }),
    ...(paths === undefined ? {} : { paths }),
    ...(ignore === undefined ? {} : { ignore }),
  }
  checkTogether(group, micro, findings)
  return micro
}

/** Faults that no field has alone. */
function checkTogether(group: Mapping, micro: MicroConfig, findings: Findings): void {
  const run = group.entries.get('run')
  if (run !== undefined && group.entries.has('entry')) {
    findings.error(
      run,
      '"run" and "entry" exclude one another: keep "entry" for an exported app, "run" for an own server',
    )
  }
  const bytes = Buffer.byteLength(Object.entries(micro.env).flat().join(''))
  if (bytes > MOST_ENV_BYTES)
    findings.error(group.entries.get('env') ?? group, 'env: all names and values together exceed 64 KB')
}
