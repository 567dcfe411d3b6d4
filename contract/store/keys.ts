/** The only place where names in Redis are made. `prefix` keeps two instances on one Redis apart. */
export function storeKeys(prefix: string) {
  return {
    sequence: `${prefix}:sequence`,
    deployment: (id: string) => `${prefix}:deployment:${id}`,
    log: (id: string) => `${prefix}:log:${id}`,
    /** Sorted set of deployments somebody still works on; the score is the deadline in ms. */
    pending: `${prefix}:pending`,
    /** Set of deployments that were ended, while the jobs that follow from it may not be in the queue yet. */
    unsettled: `${prefix}:unsettled`,
    micro: (microKey: string) => `${prefix}:micro:${microKey}`,
    /** Sorted set of a micro's deployments; the score is the sequence. */
    history: (microKey: string) => `${prefix}:history:${microKey}`,
    micros: (repositoryId: number) => `${prefix}:repository:${repositoryId}:micros`,
    /** Hash: production label → micro that owns it. */
    claims: `${prefix}:claims`,
    /** Hash: host name → deployment it leads to. */
    hosts: `${prefix}:hosts`,
    lease: (microKey: string) => `${prefix}:lease:${microKey}`,
    sent: (statusKey: string) => `${prefix}:sent:${statusKey}`,
  }
}

export type StoreKeys = ReturnType<typeof storeKeys>
