import { newSandboxId } from './paths.ts'
import { endFailed } from './remains.ts'
import type { SandboxContext } from './sandbox.ts'

/** What a sandbox has before there is anything of it. */
export interface Identity {
  readonly id: string
  readonly uid: number
}

/** Makes a sandbox with an id and a user of its own. All of it is undone when a part fails. */
export async function withIdentity<T>(context: SandboxContext, make: (identity: Identity) => Promise<T>): Promise<T> {
  const id = newSandboxId()
  const uid = await context.uids.allocate()
  try {
    return await make({ id, uid })
  } catch (error) {
    await endFailed(context, { id })
    context.uids.release(uid)
    throw error
  }
}
