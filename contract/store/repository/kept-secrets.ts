import { z } from 'zod'
import { sealedSecret } from '../../secrets/seal.ts'
import { scope } from '../../secrets/scope.ts'
import type { Store } from '../connect.ts'
import type { StoredSecret } from './secrets.ts'

const kept = z.array(z.strictObject({ micro: z.string(), scope, name: z.string(), secret: sealedSecret }))

/**
 * The secrets that a deployment was given when it last went live or was restarted, encrypted as they were; undefined when nothing was
 * noted of them, or it has ended.
 */
export async function keptSecrets({ redis, keys }: Store, deploymentId: string): Promise<StoredSecret[] | undefined> {
  const text = await redis.get(keys.keptSecrets(deploymentId))
  return text === null ? undefined : kept.parse(JSON.parse(text))
}

/** In the form that the store keeps. */
export function writeKeptSecrets(secrets: readonly StoredSecret[]): string {
  return JSON.stringify(secrets.map(({ micro, scope, name, secret }) => ({ micro, scope, name, secret })))
}
