import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { MicropushError } from '../../contract/errors.ts'
import { unsupported } from '../webhooks/subscription.ts'

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
 * @throws MicropushError `setup-incomplete` when it cannot be read, or asks for events without the rights they need.
 */
export async function readAppGrant(manifestFile: URL): Promise<AppGrant> {
  const { default_permissions: permissions, default_events: events } = await readManifest(manifestFile)
  const grant = { permissions: { metadata: 'read', ...permissions }, events }
  const missing = unsupported(grant)
  if (missing.length === 0) return grant
  const words = `Default events are not supported by permissions: ${missing.join(', ')}`
  throw new MicropushError('setup-incomplete', `GitHub would refuse app.yml: ${words}`)
}

async function readManifest(manifestFile: URL): Promise<z.infer<typeof manifest>> {
  try {
    return manifest.parse(parse(await readFile(manifestFile, 'utf8')))
  } catch (error) {
    throw new MicropushError(
      'setup-incomplete',
      'app.yml cannot be read: it must hold default_permissions and default_events.',
      { cause: error },
    )
  }
}
