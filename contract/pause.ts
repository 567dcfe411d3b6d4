import { z } from 'zod'

/** Why a micro's production takes no new commits: it was rolled back. */
const pause = z.strictObject({
  /** What production was pointed to. */
  deploymentId: z.string(),
  sha: z.string(),
  /** Who did it, for people's eyes. */
  by: z.string(),
  atMs: z.number(),
})

export type Pause = Readonly<z.infer<typeof pause>>

export function parsePause(text: string): Pause {
  return pause.parse(JSON.parse(text))
}

/** Words for a commit that is not deployed because of it. */
export function describePause(
  { sha, by }: Pick<Pause, 'sha' | 'by'>,
  of: { readonly owner: string; readonly repository: string; readonly config: { readonly name: string } },
): string {
  const micro = `${of.owner}/${of.repository}/${of.config.name}`
  return `Paused since the roll-back to ${sha.slice(0, 7)} by ${by}; resume: micropush resume ${micro} or the button`
}
