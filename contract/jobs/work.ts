import { z } from 'zod'

/** What the runner is asked for. */
export const workJob = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deploy'), deploymentId: z.string() }),
  /** Stop everything of these deployments and give back what they hold. */
  z.strictObject({ kind: z.literal('destroy'), deploymentIds: z.array(z.string()) }),
  /** Put a fresh sandbox of a live deployment into the place of the one that serves; `restartId` is where the progress is noted. */
  z.strictObject({ kind: z.literal('restart'), deploymentId: z.string(), restartId: z.string() }),
  /** Secrets of a repository's micro were changed, or of all of them, `*`, of every repository where none is named: what was put on disk with the former ones goes. */
  z.strictObject({ kind: z.literal('secrets-changed'), repositoryId: z.number().int().optional(), micro: z.string() }),
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
