/** What a dump of all of a sentry's stacks shows. */
export interface SentryState {
  /** Whether the micro's tasks can run; unknown when it is no sentry of a kind that we know. */
  readonly tasks: 'paused' | 'running' | 'unknown'
  /**
   * Connections beside ours: one with a call in hand, or such as wait for their next call. A process that has died may have left a call in its
   * connection, which then is not done until the connection is gone.
   */
  readonly others: 'busy' | 'waiting' | 'none'
}

/**
 * Whether gVisor's kernel is paused. Its control server has no question for it, but each of the micro's tasks is one goroutine in
 * `(*Task).run`, and while the kernel is paused each of them waits in `(*Task).doStop` (`pkg/sentry/kernel/task_run.go`). Each connection is
 * one in `handleRegistered`, which reads its next call in `unmarshal` (`pkg/urpc/urpc.go`).
 *
 * @param stacks - as `debug.Stacks` gives them: one paragraph a goroutine.
 */
export function readStacks(stacks: string): SentryState {
  const goroutines = stacks.split('\n\n')
  const tasks = goroutines.filter((stack) => stack.includes('kernel.(*Task).run('))
  const connections = goroutines.filter((stack) => stack.includes('urpc.(*Server).handleRegistered('))
  const calls = connections.filter((stack) => !stack.includes('urpc.unmarshal('))
  const stopped = tasks.every((stack) => stack.includes('kernel.(*Task).doStop('))
  const isKnown = tasks.length > 0 && calls.length > 0
  return {
    tasks: !isKnown ? 'unknown' : stopped ? 'paused' : 'running',
    // One of the calls is this question.
    others: calls.length > 1 ? 'busy' : connections.length > 1 ? 'waiting' : 'none',
  }
}
