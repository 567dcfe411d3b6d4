/** The only place where names in Redis are made. `prefix` keeps two instances on one Redis apart. */
export function storeKeys(prefix: string) {
  return {
    sequence: `${prefix}:sequence`,
    deployment: (id: string) => `${prefix}:deployment:${id}`,
    log: (id: string) => `${prefix}:log:${id}`,
    /** Stream of what a deployment's app wrote. */
    appLog: (id: string) => `${prefix}:app-log:${id}`,
    /** Sorted set of deployments that have an app log; the score is its size in bytes. */
    appLogSizes: `${prefix}:app-log-sizes`,
    /** The sum of those sizes. */
    appLogTotal: `${prefix}:app-log-total`,
    /** How far a container's output was taken over into the app log. */
    outputRead: (containerId: string) => `${prefix}:output-read:${containerId}`,
    /** Hash: what happened to a micro → how often. */
    incidents: (microKey: string) => `${prefix}:incidents:${microKey}`,
    /** Sorted set of deployments somebody still works on; the score is the deadline in ms. */
    pending: `${prefix}:pending`,
    /** Hash: how a deployment may end → how many did. */
    outcomes: `${prefix}:outcomes`,
    /** Set of deployments that were ended, while the jobs that follow from it may not be in the queue yet. */
    unsettled: `${prefix}:unsettled`,
    /** Sorted set of deployments that nobody has reported as they stand; the score is since when they stand so, in ms. */
    unreported: `${prefix}:unreported`,
    /** Hash: how a target stands. In production its key is the micro's. */
    micro: (targetKey: string) => `${prefix}:micro:${targetKey}`,
    /** Sorted set of a target's deployments; the score is the sequence. */
    history: (targetKey: string) => `${prefix}:history:${targetKey}`,
    /** Set of a repository's micros in production. */
    micros: (repositoryId: number) => `${prefix}:repository:${repositoryId}:micros`,
    /** Set of the keys of a repository's previews. */
    previews: (repositoryId: number) => `${prefix}:repository:${repositoryId}:previews`,
    /** Sorted set of the keys of all previews; the score is when one was last used, in ms. */
    previewUses: `${prefix}:preview-uses`,
    /** Hash: key of a preview → how long it may go unused, in ms. */
    previewTtls: `${prefix}:preview-ttls`,
    /** Hash: label → target that owns it. */
    claims: `${prefix}:claims`,
    /** Hash: host name → deployment it leads to. */
    hosts: `${prefix}:hosts`,
    lease: (targetKey: string) => `${prefix}:lease:${targetKey}`,
    /** Hash: what GitHub was told of a deployment, projection by projection. */
    told: (deploymentId: string) => `${prefix}:told:${deploymentId}`,
    /** What GitHub was told of a commit's config file. */
    toldOfConfig: (commitKey: string) => `${prefix}:told-of-config:${commitKey}`,
    /** Hash: the comment on a pull request, and whether there is to be one. */
    comment: (pullKey: string) => `${prefix}:comment:${pullKey}`,
    /** Set of the micros that a pull request has or had previews of. */
    pullMicros: (pullKey: string) => `${prefix}:pull-micros:${pullKey}`,
    /** Set of the commits of a fork's pull request that were dealt with lately. */
    forkHeads: (pullKey: string) => `${prefix}:fork-heads:${pullKey}`,
    /** Stands while an installation lacks the right to be told something. */
    notPermitted: (installationId: number, projection: string) =>
      `${prefix}:not-permitted:${installationId}:${projection}`,
    sent: (statusKey: string) => `${prefix}:sent:${statusKey}`,
    /** Hash: what the newest push of a repository said of it. */
    repository: (repositoryId: number) => `${prefix}:repository:${repositoryId}`,
    /** Set of the numbers of repositories that there is a record of. */
    repositories: `${prefix}:repositories`,
    /** Hash: branch or pull request of a repository → what of it was dealt with last. */
    heads: (repositoryId: number) => `${prefix}:heads:${repositoryId}`,
    /** Hash: number of a repository → as what an installation's list showed it when nothing was left to do for it. */
    looks: (installationId: number) => `${prefix}:looks:${installationId}`,
    /** Hash: delivery → what became of it. By the repository's name, in lower case. */
    deliveries: (repositoryName: string) => `${prefix}:deliveries:${repositoryName}`,
    /** Hash: `owner/repository` in lower case → number of the repository, and the push that said so. */
    repositoryNames: `${prefix}:repository-names`,
    /** Hash: `micro/scope/NAME` → encrypted value. */
    secrets: (repositoryKey: string) => `${prefix}:secrets:${repositoryKey}`,
    /** Which master key the secrets were encrypted with. */
    masterKeyId: `${prefix}:master-key-id`,
    /** Hash: limit → amount. */
    grants: (repositoryKey: string) => `${prefix}:grants:${repositoryKey}`,
    /** How something stands that a person asked for. */
    progress: (id: string) => `${prefix}:progress:${id}`,
    /** There while somebody has had an answer that is to be given once. */
    answered: (what: string) => `${prefix}:answered:${what}`,
    /** The secrets that a deployment was given when it last went live or was restarted, still encrypted. */
    keptSecrets: (id: string) => `${prefix}:kept-secrets:${id}`,
  }
}

export type StoreKeys = ReturnType<typeof storeKeys>
