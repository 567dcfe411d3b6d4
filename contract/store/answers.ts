import type { Store } from './connect.ts'

/** Whether an answer is still to be given; from then on it counts as given, for that long. */
export async function takeAnswer(
  { redis, keys }: Store,
  of: { readonly what: string; readonly forSeconds: number },
): Promise<boolean> {
  return (await redis.set(keys.answered(of.what), '1', 'EX', of.forSeconds, 'NX')) === 'OK'
}
