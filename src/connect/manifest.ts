import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { MicropushError } from '../../contract/errors.ts'
import { WEBHOOK_PATH } from '../http/paths.ts'

/** GitHub's own bound: https://docs.github.com/apps/creating-github-apps/registering-a-github-app/registering-a-github-app */
export const LONGEST_NAME = 34

const appFile = z.object({
  description: z.string(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])),
  default_events: z.array(z.string()),
})

/** The rights and events that the App asks for, as app.yml says. */
export type AppDemands = z.infer<typeof appFile>

export interface ManifestParts {
  readonly name: string
  /** Where GitHub reaches the bot. */
  readonly botUrl: string
  /** Where this browser reaches it, which may be another way. */
  readonly browserUrl: string
}

/**
 * Reads app.yml, the one list of what the App asks for.
 *
 * @throws MicropushError `setup-incomplete` when it cannot be used.
 */
export async function readAppDemands(file = new URL('../../app.yml', import.meta.url)): Promise<AppDemands> {
  try {
    return appFile.parse(parse(await readFile(file, 'utf8')))
  } catch (cause) {
    throw new MicropushError('setup-incomplete', 'app.yml cannot be read. Restore it from the source of micropush.', {
      cause,
    })
  }
}

/**
 * The manifest that GitHub makes the App from. The App is private: who may install it may run code here.
 * https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function buildManifest(demands: AppDemands, { name, botUrl, browserUrl }: ManifestParts) {
  return {
    name,
    url: botUrl,
    description: demands.description,
    public: false,
    hook_attributes: { url: `${botUrl}${WEBHOOK_PATH}`, active: true },
    redirect_url: `${browserUrl}/setup/created`,
    setup_url: `${botUrl}/setup/installed`,
    setup_on_update: true,
    default_permissions: demands.default_permissions,
    default_events: demands.default_events,
  }
}

/** A name that nobody is likely to have: names of Apps are unique on the whole of GitHub. */
export function suggestName(botUrl: string): string {
  const host = URL.parse(botUrl)?.hostname.replace(/^(?:micropush|bot|www)\./, '') ?? ''
  return `micropush ${host.replaceAll('.', '-').replaceAll(/[^a-z0-9-]/gi, '')}`
    .trim()
    .slice(0, LONGEST_NAME)
    .replace(/-+$/, '')
}
