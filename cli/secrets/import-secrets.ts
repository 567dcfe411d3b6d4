import { readFile } from 'node:fs/promises'
import { openMasterKey } from '../../contract/secrets/master-key.ts'
import type { Scope } from '../../contract/secrets/scope.ts'
import { say } from '../../setup/say.ts'
import { readSettings } from '../env.ts'
import { targetText, type Target } from '../target.ts'
import { withQueues } from '../with-queues.ts'
import { parseEnvFile, type EnvFile } from './parse-env-file.ts'
import { readInput } from './read-input.ts'
import { putSecrets } from './put-secrets.ts'
import { tellChange } from './tell-change.ts'
import { Refusal } from '../refusal.ts'

/** Far above what one micro can be given. */
const LARGEST_FILE_BYTES = 4 * 1024 * 1024

interface Import {
  readonly target: Target
  readonly scope: Scope
  /** A path, or `-` for standard input. */
  readonly file: string
  readonly replace: 'others' | 'none'
}

/** Takes all secrets of a file over, or none of them when a line cannot be read. */
export async function importSecrets({ target, scope, file, replace }: Import, signal: AbortSignal): Promise<number> {
  const read = await readEnvFile(file, signal)
  if (read === undefined) return 130
  const { values, skipped } = read
  return withQueues(async ({ store, queues }) => {
    const key = await openMasterKey(store, readSettings().dataDir)
    const { repository, removed } = await putSecrets({ store, key }, { target, scope, values, replace })
    const names = [...values.keys()]
    say(`Set ${names.length} for ${targetText(target)}, ${scope}${names.length === 0 ? '' : `: ${names.join(', ')}`}.`)
    if (removed.length > 0) say(`Removed ${removed.length}: ${removed.join(', ')}.`)
    if (skipped.length > 0) say(`Left out, because micropush sets them itself: ${skipped.join(', ')}.`)
    await tellChange({ store, queues }, { target, repository })
    return 0
  })
}

async function readEnvFile(file: string, signal: AbortSignal): Promise<EnvFile | undefined> {
  const text =
    file === '-' ? await readInput(LARGEST_FILE_BYTES, signal) : await readFile(file, 'utf8').catch(refuse(file))
  if (text === undefined) return undefined
  const read = parseEnvFile(text)
  if (read.faults.length === 0) return read
  throw new Refusal(`${file}: ${read.faults.join('; ')}. Nothing was changed.`)
}

function refuse(file: string) {
  return (cause: NodeJS.ErrnoException): never => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : (cause.code ?? cause.message)
    throw new Refusal(`${file} cannot be read: ${why}.`, { cause })
  }
}
