import { z } from 'zod'
import { commandJob } from './command.ts'

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

/** What a push event says, and nothing more; the repository itself is asked for the rest. */
export const pushJob = z.strictObject({
  deliveryId: z.string(),
  installationId: z.number().int(),
  repositoryId: z.number().int(),
  owner: z.string(),
  repository: z.string(),
  defaultBranch: z.string(),
  branch: z.string(),
  /** The head after the push, or absent when the branch was deleted. */
  sha: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  sequence: z.number().int(),
  receivedAtMs: z.number(),
})

export type PushJob = Readonly<z.infer<typeof pushJob>>

/** That something happened to a pull request; GitHub is asked how it stands. */
export const pullJob = z.strictObject({
  deliveryId: z.string(),
  installationId: z.number().int(),
  repositoryId: z.number().int(),
  owner: z.string(),
  repository: z.string(),
  pull: z.number().int().positive(),
  /** How the event showed it, so that GitHub's API can be seen to lag behind; absent when no event told of it. */
  told: z
    .strictObject({
      updatedAtMs: z.number(),
      sha: z.string().regex(/^[0-9a-f]{40}$/),
      open: z.boolean(),
    })
    .optional(),
  /**
   * Somebody with write access asks for the previews of one commit, as long as it is the head: they come back although they were ended,
   * failed or skipped, and need no further approval. `atMs` is when that was said: who said it has not looked at what came after.
   */
  asked: z
    .strictObject({ by: z.string(), sha: z.string().regex(/^[0-9a-f]{40}$/), atMs: z.number().optional() })
    .optional(),
  sequence: z.number().int(),
  receivedAtMs: z.number(),
})

export type PullJob = Readonly<z.infer<typeof pullJob>>

/** A merge queue waits for the statuses of a commit that is never deployed. */
export const mergeGroupJob = z.strictObject({
  kind: z.literal('merge-group'),
  deliveryId: z.string(),
  installationId: z.number().int(),
  repositoryId: z.number().int(),
  owner: z.string(),
  repository: z.string(),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  sequence: z.number().int(),
  receivedAtMs: z.number(),
})

export type MergeGroupJob = Readonly<z.infer<typeof mergeGroupJob>>

/** What an event told, so that GitHub's API can be seen to lag behind; absent when no event told of anything. */
const told = z.enum(['there', 'gone']).optional()

/** Something happened to a repository or to an installation; GitHub is asked how it stands. */
export const lifecycleJob = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('installation'),
    deliveryId: z.string(),
    installationId: z.number().int(),
    told,
    /** Numbers of the repositories that were given to the installation, or taken from it. */
    added: z.array(z.number().int()).optional(),
    removed: z.array(z.number().int()).optional(),
    sequence: z.number().int(),
    receivedAtMs: z.number(),
  }),
  z.strictObject({
    kind: z.literal('repository'),
    deliveryId: z.string(),
    installationId: z.number().int(),
    repositoryId: z.number().int(),
    owner: z.string(),
    repository: z.string(),
    told,
    sequence: z.number().int(),
    receivedAtMs: z.number(),
  }),
])

export type LifecycleJob = Readonly<z.infer<typeof lifecycleJob>>

/** What webhooks become: the name of the queue → the form of its jobs. */
export const eventJobs = {
  push: pushJob,
  pull: pullJob,
  command: commandJob,
  lifecycle: lifecycleJob,
  report: mergeGroupJob,
} as const

export type EventName = keyof typeof eventJobs

/** A job for one of those queues. */
export type EventJob = {
  readonly [Name in EventName]: { readonly queue: Name; readonly job: z.infer<(typeof eventJobs)[Name]> }
}[EventName]

export const workJob = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deploy'), deploymentId: z.string() }),
  /** Stop everything of these deployments and give back what they hold. */
  z.strictObject({ kind: z.literal('destroy'), deploymentIds: z.array(z.string()) }),
  /** Put a fresh sandbox of a live deployment into the place of the one that serves; `restartId` is where the progress is noted. */
  z.strictObject({ kind: z.literal('restart'), deploymentId: z.string(), restartId: z.string() }),
  /** Point production to a live deployment that is kept; `pointId` is where the progress is noted. */
  z.strictObject({
    kind: z.literal('point'),
    why: z.enum(['roll-back', 'resume']),
    deploymentId: z.string(),
    pointId: z.string(),
    /** Who asked for it, for people's eyes. */
    by: z.string(),
    /** Its place in the order of pushes. */
    sequence: z.number().int(),
  }),
])

export type WorkJob = Readonly<z.infer<typeof workJob>>

export type PointJob = Extract<WorkJob, { readonly kind: 'point' }>

/** What GitHub shows of a deployment, each told by itself. */
export const projections = ['status', 'deployment', 'check'] as const

export type Projection = (typeof projections)[number]

/** What is wrong on one line of a file; `line` and `column` count from 1. */
const finding = z.strictObject({
  file: z.string(),
  line: z.number().int().positive(),
  column: z.number().int().positive(),
  message: z.string(),
})

export const reportJob = z.discriminatedUnion('kind', [
  /** All that GitHub is to be told of a deployment; becomes one job for each projection. */
  z.strictObject({ kind: z.literal('deployment'), deploymentId: z.string() }),
  z.strictObject({ kind: z.literal('projection'), projection: z.enum(projections), deploymentId: z.string() }),
  /** The comment on a pull request. */
  z.strictObject({
    kind: z.literal('pull'),
    installationId: z.number().int(),
    repositoryId: z.number().int(),
    owner: z.string(),
    repository: z.string(),
    pull: z.number().int().positive(),
  }),
  /** Where on a commit its config file is wrong; nowhere any more when there are no findings. */
  z.strictObject({
    kind: z.literal('findings'),
    installationId: z.number().int(),
    owner: z.string(),
    repository: z.string(),
    sha: z.string(),
    sequence: z.number().int(),
    findings: z.array(finding).max(50),
  }),
  mergeGroupJob,
  /** A config file so wrong that there is no micro to deploy: one status for the commit. */
  z.strictObject({
    kind: z.literal('commit'),
    installationId: z.number().int(),
    owner: z.string(),
    repository: z.string(),
    sha: z.string(),
    context: z.string(),
    state: z.enum(['failure', 'error', 'success']),
    description: z.string(),
    /** The push that it is about: it says nothing after a newer one of the same commit. */
    sequence: z.number().int().optional(),
  }),
])

export type ReportJob = Readonly<z.infer<typeof reportJob>>
