import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { readLog } from '../../../../contract/store/logs/deployment-logs.ts'
import type { Stack } from '../../../journey/support/stack.ts'

const kit = join(import.meta.dirname, '..', 'kit')
const micros = join(import.meta.dirname, '..', 'micros')

export const OWNER = 'mallory'

export interface Outcome {
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  readonly description: string
  /** What installing, building and starting printed. */
  readonly log: string
}

/** Pushes a hostile micro's folder as a repository of its own. */
export async function pushHostile(
  stack: Stack,
  name: string,
  over: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  await using repository = await stack.repository(`${OWNER}/${name}`)
  await cp(join(micros, name, 'app'), repository.dir, { recursive: true })
  await cp(kit, repository.dir, { recursive: true })
  await repository.write(over)
  const sha = await repository.commit()
  await repository.push()
  const { state, description, target_url } = await stack.outcome(repository.fullName, sha, `micropush/${name}`)
  const id = /\/d\/([^/?]+)/.exec(target_url ?? '')?.[1] ?? (await servedBy(stack, name))
  return { state, description, log: await readLog(stack.store, id) }
}

/** The deployment behind a micro's endpoint. */
export async function servedBy(stack: Stack, name: string): Promise<string> {
  const id = await stack.store.redis.hget(stack.store.keys.hosts, `${name}--${OWNER}.localhost`)
  return id ?? ''
}

/** Pushes the repository without a micro in it, which ends the one that it had. */
export async function endHostile(stack: Stack, name: string): Promise<void> {
  await using repository = await stack.repository(`${OWNER}/${name}`)
  await repository.write({ 'readme.txt': 'nothing to deploy' })
  await repository.commit()
  await repository.push()
}
