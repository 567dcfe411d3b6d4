import { listContainers } from '../docker/containers.ts'
import { removeContainer } from '../docker/remove-container.ts'
import { destroySandbox } from './destroy-sandbox.ts'
import { labels } from './labels.ts'
import type { SandboxContext } from './sandbox.ts'

/**
 * Ends a sandbox whose start failed. Where Docker cannot be had at the moment, which is often why it failed, it is noted and ended later, by
 * `endRemains`: who waits for the start hears of its own failure.
 */
export async function endFailed(context: SandboxContext, sandbox: { readonly id: string }): Promise<void> {
  try {
    await destroySandbox(context, sandbox, { graceSeconds: 0 })
  } catch {
    context.remains.add(sandbox.id)
  }
}

/**
 * Once Docker can be heard again: ends what could not be ended meanwhile.
 *
 * @param brokenAtMs when it was heard no more. Builders and probes of before belong to nobody: whoever ran one lost it with the connection.
 * @throws MicropushError `engine-unavailable`; what is left then is kept in mind.
 */
export async function endRemains(context: SandboxContext, brokenAtMs: number): Promise<void> {
  for (const id of context.remains) {
    await destroySandbox(context, { id }, { graceSeconds: 0 })
    context.remains.delete(id)
  }
  const all = await listContainers(context.docker, [`${labels.instance}=${context.instance}`])
  const others = all.filter(
    ({ labels: { [labels.kind]: kind }, createdAtMs }) => kind !== 'sandbox' && createdAtMs < brokenAtMs,
  )
  await Promise.all(others.map(({ id }) => removeContainer(context.docker, id)))
}
