/** How sandboxes are frozen: by the kernel's freezer, by gVisor's own kernel, or by asking Docker. */
export type Mechanism = 'cgroup-v1' | 'cgroup-v2' | 'sentry' | 'docker'

/** The one way in which one sandbox is frozen and thawed. Its calls are made one after the other. */
export interface Freezer {
  readonly mechanism: Mechanism
  /** Resolves when none of its processes runs any more; that they were stopped already is no failure. */
  freeze(): Promise<void>
  /** They run again; that they did already is no failure. Nothing may stand between the call and the first write. */
  thaw(): void | Promise<void>
  /** What the kernel or gVisor says, not what we remember. */
  isFrozen(): Promise<boolean>
  /** Gives back open files. The sandbox stays as it is. */
  close(): void
}
