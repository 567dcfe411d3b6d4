import type { Store } from '../connect.ts'

/** As what an installation's list showed each repository when nothing was left to do for it: number → mark. */
export async function readLooks({ redis, keys }: Store, installationId: number): Promise<ReadonlyMap<number, string>> {
  const fields = await redis.hgetall(keys.looks(installationId))
  return new Map(Object.entries(fields).map(([id, mark]) => [Number(id), mark]))
}

export async function noteLook(
  { redis, keys }: Store,
  of: { readonly installationId: number; readonly repositoryId: number; readonly mark: string },
): Promise<void> {
  await redis.hset(keys.looks(of.installationId), String(of.repositoryId), of.mark)
}

/** Forgets the looks at repositories that an installation does not list any more. */
export async function forgetLooks(
  { redis, keys }: Store,
  of: { readonly installationId: number; readonly repositoryIds: readonly number[] },
): Promise<void> {
  if (of.repositoryIds.length > 0) await redis.hdel(keys.looks(of.installationId), ...of.repositoryIds.map(String))
}
