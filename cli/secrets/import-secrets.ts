import { readFile } from 'node:fs/promises'
import { openMasterKey } from '../../contract/secrets/master-key.ts'
import type { Scope } from '../../contract/secrets/scope.ts'
import { say } from '../../setup/say.ts'
import { readSettings } from '../env.ts'
import { targetText, type Target } from '../target.ts'
import { withStore } from '../with-store.ts'
import { parseEnvFile, type EnvFile } from './parse-env-file.ts'
import { putSecrets } from './put-secrets.ts'
import { whatFollows } from './what-follows.ts'
import { Refusal } from '../refusal.ts'

interface Import {
  readonly target: Target
  readonly scope: Scope
  /** A path, or `-` for standard input. */
  readonly file: string
  readonly replace: 'others' | 'none'
}

/** Takes all secrets of a file over, or none of them when a line cannot be read. */
export async function importSecrets({ target, scope, file, replace }: Import): Promise<number> {
  const { values, skipped } = await readEnvFile(file)
  return withStore(async (store) => {
    const key = await openMasterKey(store, readSettings().dataDir)
    const { repository, removed } = await putSecrets({ store, key }, { target, scope, values, replace })
    const names = [...values.keys()]
    say(`Set ${names.length} for ${targetText(target)}, ${scope}${names.length === 0 ? '' : `: ${names.join(', ')}`}.`)
    if (removed.length > 0) say(`Removed ${removed.length}: ${removed.join(', ')}.`)
    if (skipped.length > 0) say(`Left out, because micropush sets them itself: ${skipped.join(', ')}.`)
    for (const line of await whatFollows(store, { target, repository })) say(line)
    return 0
  })
}

async function readEnvFile(file: string): Promise<EnvFile> {
  let bytes: Buffer
  try {
    bytes = await readFile(file === '-' ? '/dev/stdin' : file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? 'unknown')
    throw new Refusal(`${file} cannot be read: ${why}.`, { cause })
  }
  const read = parseEnvFile(bytes.toString('utf8'))
  if (read.faults.length === 0) return read
  throw new Refusal(`${file}: ${read.faults.join('; ')}. Nothing was changed.`)
}
