import type { Store } from '../connect.ts'

/** After so long it is tried again, whether or not GitHub said that its rights have changed. */
const FORBIDDEN_SECONDS = 3600

interface Place {
  readonly installationId: number
  readonly projection: string
}

/** Whether an installation was found without the right to be told something, a while ago at the most. */
export async function isForbidden({ redis, keys }: Store, { installationId, projection }: Place): Promise<boolean> {
  return (await redis.exists(keys.notPermitted(installationId, projection))) === 1
}

/** Notes that the right is missing. @returns whether that is news. */
export async function forbid({ redis, keys }: Store, { installationId, projection }: Place): Promise<boolean> {
  return (await redis.set(keys.notPermitted(installationId, projection), '1', 'EX', FORBIDDEN_SECONDS, 'NX')) === 'OK'
}

/** What is tried again at once: GitHub says that the installation's rights have changed. */
export async function permitAgain({ redis, keys }: Store, installationId: number): Promise<void> {
  const projections = ['status', 'deployment', 'check', 'comment']
  await redis.del(...projections.map((projection) => keys.notPermitted(installationId, projection)))
}
