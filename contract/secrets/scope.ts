import { z } from 'zod'

/** Production and previews share neither secrets nor keys. */
export const scope = z.enum(['production', 'preview'])

export type Scope = z.infer<typeof scope>
