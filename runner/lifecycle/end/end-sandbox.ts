import type { Runner } from '../../runner.ts'
import { destroySandbox } from '../../sandbox/destroy-sandbox.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

const GRACE_SECONDS = { grace: 5, none: 0 } as const

/** Ends a sandbox after its last words were taken over into its log. `grace` leaves time for shutdown events. */
export async function endSandbox(
  runner: Pick<Runner, 'sandboxes' | 'appLogs'>,
  sandbox: Sandbox,
  grace: keyof typeof GRACE_SECONDS,
): Promise<void> {
  await destroySandbox(runner.sandboxes, sandbox, {
    graceSeconds: GRACE_SECONDS[grace],
    onEnded: (ended) => runner.appLogs.finish(ended),
  })
}
