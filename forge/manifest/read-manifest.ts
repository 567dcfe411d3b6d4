import { z } from 'zod'
import { parseJson } from '../../contract/text/parse-json.ts'
import { unsupported } from '../webhooks/subscription.ts'

const LONGEST_NAME = 34
const web = z.url({ protocol: /^https?$/ })

const manifest = z.object({
  name: z.string().min(1).max(LONGEST_NAME),
  url: web,
  description: z.string().optional(),
  public: z.boolean().optional(),
  // GitHub asks for the address whenever the block is there, active or not.
  hook_attributes: z.object({ url: web, active: z.boolean().optional() }).optional(),
  redirect_url: web.optional(),
  setup_url: web.optional(),
  setup_on_update: z.boolean().optional(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).default({}),
  default_events: z.array(z.string()).default([]),
})

export type Manifest = Readonly<z.infer<typeof manifest>>

/**
 * A manifest as GitHub takes it, or why it does not, in words like GitHub's.
 * https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function readManifest(text: string): { readonly manifest: Manifest } | { readonly fault: string } {
  const parsed = manifest.safeParse(parseJson(text))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return {
      fault: `Invalid GitHub App configuration. Error: "${issue?.path.join('.') ?? ''}" ${issue?.message ?? ''}`,
    }
  }
  const { default_permissions: asked, default_events: events } = parsed.data
  const missing = unsupported({ permissions: { metadata: 'read', ...asked }, events })
  if (missing.length === 0) return { manifest: parsed.data }
  return { fault: `Default events are not supported by permissions: ${missing.join(', ')}` }
}

/** The name in addresses: as GitHub makes it, of lower-case letters, digits and hyphens. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
}
