import { appLine, type AppLine } from '../../app-log.ts'
import { platformLimits } from '../../limits.ts'
import { appLogScripts } from './app-log-scripts.ts'
import type { Store } from '../connect.ts'

const TTL_SECONDS = platformLimits.appLogDays * 24 * 3600

interface Addition {
  readonly deploymentId: string
  readonly lines: readonly AppLine[]
  /** Where to go on with a container's output, noted in the same step: so nothing is taken over twice. */
  readonly read?: { readonly containerId: string; readonly position: string }
}

/**
 * Adds to the log of a deployment's app. The newest 5 MB of it stay; when all logs together are too long, the longest of them is cut,
 * so that a micro which writes much takes nothing from one that writes little.
 */
export async function appendAppLog({ redis, keys }: Store, { deploymentId, lines, read }: Addition): Promise<void> {
  if (lines.length === 0 && read === undefined) return
  await redis.eval(
    appLogScripts.append,
    4,
    keys.appLog(deploymentId),
    keys.appLogSizes,
    keys.appLogTotal,
    read === undefined ? '' : keys.outputRead(read.containerId),
    deploymentId,
    read?.position ?? '',
    TTL_SECONDS,
    platformLimits.appLogBytes,
    platformLimits.appLogBytesOfAll,
    keys.appLog(''),
    ...lines.flatMap(({ atMs, stream, text }) => [atMs, stream, text]),
  )
}

/** What `appendAppLog` noted last for a container. */
export async function outputReadUpTo({ redis, keys }: Store, containerId: string): Promise<string | undefined> {
  return (await redis.get(keys.outputRead(containerId))) ?? undefined
}

/** A container is no more: where to go on is of no use. */
export async function forgetOutputRead({ redis, keys }: Store, containerId: string): Promise<void> {
  await redis.del(keys.outputRead(containerId))
}

export interface AppLogPage {
  readonly lines: readonly AppLine[]
  /** For `readAppLogAfter`. */
  readonly cursor: string
}

/** The last lines, oldest first. */
export async function readAppLog({ redis, keys }: Store, id: string, count: number): Promise<AppLogPage> {
  if (count <= 0)
    return { lines: [], cursor: (await redis.xrevrange(keys.appLog(id), '+', '-', 'COUNT', 1))[0]?.[0] ?? '0' }
  const entries = await redis.xrevrange(keys.appLog(id), '+', '-', 'COUNT', count)
  return { lines: entries.toReversed().map(([, fields]) => toLine(fields)), cursor: entries[0]?.[0] ?? '0' }
}

/** Some of what came after a cursor, oldest first. */
export async function readAppLogAfter(
  { redis, keys }: Store,
  { id, cursor }: { readonly id: string; readonly cursor: string },
): Promise<AppLogPage> {
  const entries = await redis.xrange(keys.appLog(id), `(${cursor}`, '+', 'COUNT', 1000)
  return { lines: entries.map(([, fields]) => toLine(fields)), cursor: entries.at(-1)?.[0] ?? cursor }
}

/** Takes away logs of deployments that have no record any more, and the accounts of those that have expired. @returns how many. */
export async function pruneAppLogs({ redis, keys }: Store): Promise<number> {
  let removed = 0
  for (const id of await redis.zrange(keys.appLogSizes, '0', '-1')) {
    removed += (await redis.eval(
      appLogScripts.prune,
      4,
      keys.appLog(id),
      keys.appLogSizes,
      keys.appLogTotal,
      keys.deployment(id),
      id,
    )) as number
  }
  return removed
}

function toLine(fields: readonly string[]): AppLine {
  const [, at, , stream, , text] = fields
  return appLine.parse({ atMs: Number(at), stream, text })
}
