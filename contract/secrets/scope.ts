import { z } from 'zod'
import type { Target } from '../deployment.ts'

/** Production and previews share neither secrets nor keys. */
export const scope = z.enum(['production', 'preview'])

export type Scope = z.infer<typeof scope>

/** Whose secrets a deployment gets; none when they are kept from it. */
export function scopeOf(target: Target): Scope | undefined {
  if (target.kind === 'production') return 'production'
  return target.secrets === 'none' ? undefined : 'preview'
}
