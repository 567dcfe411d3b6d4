import { z } from 'zod'

/** The parts that payloads of GitHub's share, as far as they are read. */
export const repository = z.object({ id: z.number().int(), name: z.string(), owner: z.object({ login: z.string() }) })

/** Absent in what is sent for another webhook than the App's. */
export const installation = z.object({ id: z.number().int() }).optional()

export const account = z.object({ login: z.string().max(100), type: z.string().max(100) })

export const commitSha = z.string().regex(/^[0-9a-f]{40}$/)

/** Why an event is left alone that tells of no installation. */
export const NO_INSTALLATION = 'not sent for an installation of the app'

/** Where an event happened, as jobs say it. */
export function placeOf(
  { id, name, owner }: z.infer<typeof repository>,
  { id: installationId }: NonNullable<z.infer<typeof installation>>,
) {
  return { installationId, repositoryId: id, owner: owner.login, repository: name }
}

/** Whether it is a program that acts, whatever it calls itself. */
export function isBot({ login, type }: z.infer<typeof account>): boolean {
  return type !== 'User' || login.endsWith('[bot]')
}

/** Why a payload is left alone that is not what its event's name says. */
export function notOf(event: string, error: z.ZodError): string {
  return `no payload of ${event}: ${error.issues[0]?.path.join('.') ?? ''}`
}
