import { z } from 'zod'
import { mergeGroupJob } from './events.ts'
import { repository } from './fields.ts'

/** What GitHub shows of a deployment, each told by itself. */
export const projections = ['status', 'deployment', 'check'] as const

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
    ...repository,
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
