import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { microConfig } from './config.ts'
import { errorCodes, type ErrorCode } from './errors.ts'

/** In the order a deployment passes through them; `held` waits for a person's approval, the last five are final for the pipeline. */
export const deploymentStates = [
  'held',
  'queued',
  'fetching',
  'building',
  'starting',
  'live',
  'failed',
  'cancelled',
  'superseded',
  'skipped',
  'destroyed',
] as const

export type DeploymentState = (typeof deploymentStates)[number]

/** States in which somebody still works, or has to, and which therefore have a deadline. */
export const pendingStates = [
  'held',
  'queued',
  'fetching',
  'building',
  'starting',
] as const satisfies readonly DeploymentState[]

export type PendingState = (typeof pendingStates)[number]

/** States that the runner takes a deployment through. */
export type WorkState = Exclude<PendingState, 'held'>

export function isPending(state: DeploymentState): state is PendingState {
  return (pendingStates as readonly DeploymentState[]).includes(state)
}

/** The longest a deployment may stay in a state before the reaper fails it, whoever owned it, unless who works on it set another time. */
export const stateDeadlinesMs: Readonly<Record<PendingState, number>> = {
  held: 7 * 24 * 60 * 60_000,
  queued: 60 * 60_000,
  fetching: 5 * 60_000,
  building: 15 * 60_000,
  starting: 2 * 60_000,
}

/** What a deployment is to be: what everybody gets, or what one pull request would make of it. */
const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('production') }),
  z.strictObject({
    kind: z.literal('preview'),
    /** The pull request's number. */
    pull: z.number().int().positive(),
    /** Whether its commits come from another repository than the one that is deployed. */
    fork: z.boolean(),
    /** `none`: the secrets of previews are kept from it, because nobody here has looked at its code. */
    secrets: z.enum(['preview', 'none']),
  }),
])

export type Target = Readonly<z.infer<typeof target>>

export const production: Target = { kind: 'production' }

/** What is known when a deployment comes into being, and never changes. */
export const deploymentBase = z.strictObject({
  id: z.string(),
  repositoryId: z.number().int(),
  owner: z.string(),
  repository: z.string(),
  installationId: z.number().int(),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  /** Branch name without `refs/heads/`. */
  branch: z.string(),
  /** Grows with every push that the bot accepted; the higher one is the newer wish. */
  sequence: z.number().int(),
  config: microConfig,
  target: target.default({ kind: 'production' }),
  /** Built again from nothing: what was installed and built for the same content before does not count. */
  fresh: z.boolean().optional(),
  /**
   * Names of secrets that are kept from a preview of a fork: for good where its target has `secrets: 'none'`, and from any other one for
   * as long as it is `held`.
   */
  withheld: z.array(z.string()).optional(),
  createdAtMs: z.number(),
})

export type DeploymentBase = Readonly<z.infer<typeof deploymentBase>>

/** Why a preview was ended while its pull request is open; it comes back when it is pushed to, or asked for. */
export const previewEnd = z.strictObject({
  /** `idle`: nobody asked it for anything for `previews.ttl`. `room`: there were more than `previews.max`. */
  why: z.enum(['idle', 'room']),
  /** A sentence for people, without a full stop at its end. */
  words: z.string(),
})

export type PreviewEnd = Readonly<z.infer<typeof previewEnd>>

const deploymentError = z.strictObject({
  code: z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
})

/** What a roll-back, or the resume after it, made of a deployment. `by` is for people's eyes. */
const standing = z.discriminatedUnion('kind', [
  /** Production was pointed back to it. */
  z.strictObject({ kind: z.literal('restored'), by: z.string(), atMs: z.number() }),
  /** Production was pointed away from it, to an older commit. */
  z.strictObject({ kind: z.literal('rolled-back'), by: z.string(), atMs: z.number(), to: z.string() }),
  /** Production was pointed to it again when a roll-back ended. */
  z.strictObject({ kind: z.literal('resumed'), by: z.string(), atMs: z.number() }),
])

/** What the pipeline finds out on its way. Each part is written once, by the step that knows it. */
export const deploymentOutcome = z.strictObject({
  /** Words of what happens at the moment, for the status: `Installing dependencies`. */
  detail: z.string().optional(),
  error: deploymentError.optional(),
  /** The sha that replaced this one before it was built. */
  supersededBy: z.string().optional(),
  /** Who let a held deployment through: a login. */
  approvedBy: z.string().optional(),
  ended: previewEnd.optional(),
  warnings: z.array(z.string()).optional(),
  runtime: z.string().optional(),
  /** Folder names below the artifact store. */
  artifacts: z.strictObject({ app: z.string(), dependencies: z.string().optional() }).optional(),
  launch: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('loader'), language: z.enum(['node', 'python']), entry: z.string() }),
      z.strictObject({ kind: z.literal('command'), language: z.enum(['node', 'python']), command: z.string() }),
    ])
    .optional(),
  sizes: z.strictObject({ sourceBytes: z.number(), dependencyBytes: z.number() }).optional(),
  /** Whether dependencies came from the cache. */
  cached: z.boolean().optional(),
  /** Milliseconds each stage took. */
  timings: z.record(z.string(), z.number()).optional(),
  url: z.string().optional(),
  /** How many times it was put into production, grown by each roll-back to it; 1 when absent. GitHub gets a new Deployment for each. */
  activation: z.number().int().positive().optional(),
  isolation: z.enum(['gvisor', 'runc']).optional(),
  /** What a person did to it after it had gone live; absent when nobody did. */
  standing: standing.optional(),
})

export type DeploymentOutcome = Readonly<z.infer<typeof deploymentOutcome>>
export type Launch = NonNullable<DeploymentOutcome['launch']>

export interface Deployment extends DeploymentBase {
  readonly state: DeploymentState
  readonly stateSinceMs: number
  readonly outcome: DeploymentOutcome
}

/** A new deployment's id: 120 random bits, because who knows it may read the deployment's log. */
export function newDeploymentId(): string {
  return `d${randomBytes(15).toString('hex')}`
}
