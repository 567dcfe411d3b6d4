import { z } from 'zod'
import { commandJob } from './command.ts'
import { accepted, repository, sha } from './fields.ts'

/** What a push event says, and nothing more; the repository itself is asked for the rest. */
export const pushJob = z.strictObject({
  ...accepted,
  ...repository,
  defaultBranch: z.string(),
  branch: z.string(),
  /** The head after the push, or absent when the branch was deleted. */
  sha: sha.optional(),
})

export type PushJob = Readonly<z.infer<typeof pushJob>>

/** That something happened to a pull request; GitHub is asked how it stands. */
export const pullJob = z.strictObject({
  ...accepted,
  ...repository,
  pull: z.number().int().positive(),
  /** How the event showed it, so that GitHub's API can be seen to lag behind; absent when no event told of it. */
  told: z
    .strictObject({
      updatedAtMs: z.number(),
      sha,
      open: z.boolean(),
    })
    .optional(),
  /**
   * Somebody with write access asks for the previews of one commit, as long as it is the head: they come back although they were ended,
   * failed or skipped, and need no further approval. `atMs` is when that was said: who said it has not looked at what came after.
   */
  asked: z.strictObject({ by: z.string(), sha, atMs: z.number().optional() }).optional(),
})

export type PullJob = Readonly<z.infer<typeof pullJob>>

/** A merge queue waits for the statuses of a commit that is never deployed. */
export const mergeGroupJob = z.strictObject({
  kind: z.literal('merge-group'),
  ...accepted,
  ...repository,
  sha,
})

export type MergeGroupJob = Readonly<z.infer<typeof mergeGroupJob>>

/** What an event told, so that GitHub's API can be seen to lag behind; absent when no event told of anything. */
const told = z.enum(['there', 'gone']).optional()

/** Something happened to a repository or to an installation; GitHub is asked how it stands. */
export const lifecycleJob = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('installation'),
    ...accepted,
    installationId: z.number().int(),
    told,
    /** Numbers of the repositories that were given to the installation, or taken from it. */
    added: z.array(z.number().int()).optional(),
    removed: z.array(z.number().int()).optional(),
  }),
  z.strictObject({
    kind: z.literal('repository'),
    ...accepted,
    ...repository,
    told,
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

type EventName = keyof typeof eventJobs

/** A job for one of those queues. */
export type EventJob = {
  readonly [Name in EventName]: { readonly queue: Name; readonly job: z.infer<(typeof eventJobs)[Name]> }
}[EventName]
