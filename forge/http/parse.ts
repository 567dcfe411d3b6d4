import type { z } from 'zod'
import { Refusal } from './refusal.ts'

/**
 * A request's body, checked.
 *
 * @throws Refusal 422 as GitHub's, naming each field.
 */
export function parseBody<Schema extends z.ZodType>(resource: string, schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map((issue) => ({
    resource,
    code: issue.code === 'invalid_type' && issue.message.includes('undefined') ? 'missing_field' : 'custom',
    field: issue.path.join('.'),
    message: issue.message,
  }))
  throw new Refusal(422, 'Validation Failed', errors)
}
