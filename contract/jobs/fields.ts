import { z } from 'zod'

/** A commit, all 40 characters of it. */
export const sha = z.string().regex(/^[0-9a-f]{40}$/)

/** A repository as GitHub called it when the job was made, and who reaches it. */
export const repository = {
  installationId: z.number().int(),
  repositoryId: z.number().int(),
  owner: z.string(),
  repository: z.string(),
}

/** What every job has that an event, or a person at the machine, led to. */
export const accepted = {
  deliveryId: z.string(),
  /** Its place in the order in which events were accepted. */
  sequence: z.number().int(),
  receivedAtMs: z.number(),
}
