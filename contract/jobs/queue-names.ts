/** BullMQ's names; no colon is allowed in them. */
export const queueNames = {
  /** webhook → bot: a push, durably noted before GitHub gets its 2xx. */
  push: 'push',
  /** webhook → bot: something happened to a pull request. */
  pull: 'pull',
  /** webhook → bot: something happened to a repository, or to an installation of the App. */
  lifecycle: 'lifecycle',
  /** bot → runner: build this. */
  work: 'work',
  /** anyone → runner: end that. A queue of its own, so that no end waits for builds. */
  end: 'end',
  /** operator → runner: start this anew. A queue of its own, so that no restart waits for builds. */
  restart: 'restart',
  /** comment or button → bot: a person asks for something. */
  command: 'command',
  /** anyone → bot: tell GitHub how this deployment stands. */
  report: 'report',
} as const
