import { z } from 'zod'

/** What happens to pull requests from forks, whose code nobody with write access may have seen. */
export const forkModes = ['off', 'approve', 'no-secrets'] as const

/** Which pull requests of a repository get a preview, and for how long; from `previews` in its config file, complete. */
export const previewSettings = z.strictObject({
  /** Without it no pull request gets one, whatever the rest says. */
  enabled: z.boolean(),
  /** `approve`: a person with write access lets each commit through. `no-secrets`: at once, and without the secrets. */
  forks: z.enum(forkModes),
  drafts: z.boolean(),
  /** Pull requests that a bot opened. */
  bots: z.boolean(),
  /** Only pull requests with one of these; none means all. */
  labels: z.array(z.string()),
  /** A preview that nobody asked for anything for so long ends. */
  ttlMs: z.number().int().positive(),
  /** At once in the repository. */
  max: z.number().int().positive(),
  /** Whether the pull request gets a comment with the links. */
  comment: z.boolean(),
})

export type PreviewSettings = Readonly<z.infer<typeof previewSettings>>

const DAY_MS = 24 * 60 * 60 * 1000

/** What holds for a file that says nothing about previews, and for repositories that were written for Deta. */
export const defaultPreviews: PreviewSettings = {
  enabled: true,
  forks: 'approve',
  drafts: true,
  bots: true,
  labels: [],
  ttlMs: 7 * DAY_MS,
  max: 20,
  comment: true,
}
