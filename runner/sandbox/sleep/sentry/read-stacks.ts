/** What a dump of all of a sentry's stacks shows. */
export type SentryState =
  /** None of the micro's tasks can run. */
  | 'paused'
  | 'running'
  /** Somebody else's call is still being dealt with: ask again. */
  | 'changing'
  /** It is no sentry that we know. */
  | 'unknown'

/**
 * Whether gVisor's kernel is paused. Its control server has no question for it, but each of the micro's tasks is one goroutine in
 * `(*Task).run`, and while the kernel is paused each of them waits in `(*Task).doStop` (`pkg/sentry/kernel/task_run.go`). A call that another
 * process has made before it died is a goroutine in `handleRegistered` until it is done, so that nothing is decided while there is one.
 *
 * @param stacks - as `debug.Stacks` gives them: one paragraph a goroutine.
 */
export function readStacks(stacks: string): SentryState {
  const goroutines = stacks.split('\n\n')
  const connections = goroutines.filter((stack) => stack.includes('urpc.(*Server).handleRegistered('))
  if (connections.length === 0) return 'unknown'
  if (connections.length > 1) return 'changing'
  const tasks = goroutines.filter((stack) => stack.includes('kernel.(*Task).run('))
  if (tasks.length === 0) return 'unknown'
  return tasks.every((stack) => stack.includes('kernel.(*Task).doStop(')) ? 'paused' : 'running'
}
