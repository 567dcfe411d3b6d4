import { z } from 'zod'
import { accepted, repository } from './fields.ts'

/** What people can ask for, in a comment, by a button, or at the machine. */
const commandNames = ['rollback', 'deploy', 'redeploy', 'resume', 'approve'] as const

export type CommandName = (typeof commandNames)[number]

/** Where somebody asked, and so where the answer goes. */
const commandOrigin = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('comment'),
    commentId: z.number().int(),
    /** The issue's or pull request's number. */
    issue: z.number().int().positive(),
    isPull: z.boolean(),
  }),
  /** A button of a check run; which deployment that was about. */
  z.strictObject({ kind: z.literal('check'), deploymentId: z.string() }),
  /** Somebody with access to this machine. */
  z.strictObject({ kind: z.literal('operator') }),
])

/** What a person asks for. Whether they may is looked up when its turn comes. */
export const commandJob = z.strictObject({
  ...accepted,
  ...repository,
  name: z.enum(commandNames),
  /** What stood behind it: names of micros or commits, which of them is not known yet. */
  words: z.array(z.string().max(100)).max(2),
  /** The login of who asks. */
  by: z.string(),
  from: commandOrigin,
  /** When it was said by GitHub's clock, where GitHub tells: what came after that was not looked at by who said it. */
  saidAtMs: z.number().optional(),
})

export type CommandJob = Readonly<z.infer<typeof commandJob>>
