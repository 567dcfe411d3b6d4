import { z } from 'zod'
import { parseJson } from '../../../contract/text/parse-json.ts'

const states = z.enum(['queued', 'in_progress', 'success', 'failure', 'error', 'inactive'])

const schema = z.strictObject({
  /** GitHub's number; absent from the moment before it is created: then it may be there or not. */
  id: z.number().int().optional(),
  /** Somebody deleted it at GitHub. */
  gone: z.boolean().optional(),
  state: states.optional(),
  description: z.string().optional(),
  environmentUrl: z.string().optional(),
})

/** What GitHub was told of one activation of a deployment. */
export type ToldDeployment = Readonly<z.infer<typeof schema>>

const FIELD = 'deployment:'

export function fieldOfActivation(activation: number): string {
  return `${FIELD}${activation}`
}

/** What was noted of each activation; a damaged note counts as none. */
export function readActivations(told: Readonly<Record<string, string>>): Map<number, ToldDeployment> {
  const found = new Map<number, ToldDeployment>()
  for (const [field, value] of Object.entries(told)) {
    if (!field.startsWith(FIELD)) continue
    const parsed = schema.safeParse(parseJson(value))
    if (parsed.success) found.set(Number(field.slice(FIELD.length)), parsed.data)
  }
  return found
}
