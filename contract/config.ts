import { z } from 'zod'

/** Limits as a micro's file asked for them; what is absent keeps its default. */
const limits = z.strictObject({
  timeoutMs: z.number().int().positive(),
  memoryBytes: z.number().int().positive(),
  tmpBytes: z.number().int().positive(),
  processes: z.number().int().positive(),
  payloadBytes: z.number().int().positive(),
  sourceBytes: z.number().int().positive(),
  dependencyBytes: z.number().int().positive(),
})

/** One micro, as the bot read it from the config file and as the job carries it: names resolved, units parsed, limits complete. */
export const microConfig = z.strictObject({
  name: z.string(),
  /** The micro's folder in the repository, `.` for its root; never absolute, never with `..`. */
  src: z.string(),
  /** What the file says, or absent: then the runner decides by the files that are there. */
  runtime: z.string().optional(),
  entry: z.string().optional(),
  build: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()),
  /** Names of secrets without which it is not to be started. All that are set reach it, named here or not. */
  secrets: z.array(z.string()).default([]),
  limits,
  /** When it sleeps; what is absent is the operator's to say. */
  sleep: z
    .strictObject({
      /** After how long of nothing it is frozen. */
      idleMs: z.union([z.number().int().positive(), z.literal('never')]).optional(),
      /** After how long of being frozen it gives its memory back. */
      coldMs: z.number().int().positive().optional(),
    })
    .optional(),
  /** Whether its memory may be put on disk after its import, for later wakes; absent means that it may. */
  snapshot: z.boolean().optional(),
  /** Up to how many sandboxes it gets, and for how many requests in hand each is meant. Absent: one. */
  scale: z.strictObject({ max: z.number().int().positive(), concurrency: z.number().int().positive() }).optional(),
  /** The production branch, or absent: then the repository's default branch. */
  branch: z.string().optional(),
  /** Globs from the repository's root: only a change of what matches one deploys the micro. Absent: every change does. */
  paths: z.array(z.string()).optional(),
  /** Globs of what does not count as a change; they win over `paths`. */
  ignore: z.array(z.string()).optional(),
  /** Made from files that were written for Deta Micros or Deta Space: what such repositories rely on holds as well. */
  legacy: z.enum(['deta', 'space']).optional(),
  /** A static micro: the first of these folders that exists is served, and the runner has the server for it. */
  serve: z
    .strictObject({
      folders: z.array(z.string()),
      /** A page that is not there is answered with the app's index.html, whose own code knows what to show. */
      singlePage: z.boolean(),
    })
    .optional(),
})

export type MicroConfig = Readonly<z.infer<typeof microConfig>>
