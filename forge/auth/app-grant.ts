import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { MicropushError } from '../../contract/errors.ts'

/** What the App asked its owners for; it gets exactly that, and no event beyond. */
export interface AppGrant {
  readonly permissions: Readonly<Record<string, string>>
  readonly events: readonly string[]
}

const manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])),
  default_events: z.array(z.string()),
})

/**
 * Reads the App's manifest, so that a permission that is missing there is missing here too.
 *
 * @throws MicropushError `setup-incomplete` when it cannot be read.
 */
export async function readAppGrant(manifestFile: URL): Promise<AppGrant> {
  try {
    const { default_permissions: permissions, default_events: events } = manifest.parse(
      parse(await readFile(manifestFile, 'utf8')),
    )
    return { permissions: { metadata: 'read', ...permissions }, events }
  } catch (error) {
    throw new MicropushError(
      'setup-incomplete',
      'app.yml cannot be read: it must hold default_permissions and default_events.',
      { cause: error },
    )
  }
}
