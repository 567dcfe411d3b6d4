import { randomBytes } from 'node:crypto'
import { makeKey, publicKeyOf, saveApp, type StoredApp } from '../auth/credentials.ts'
import type { Forge } from '../forge.ts'
import { time } from '../shapes/urls.ts'
import { ensureAccount, PERSON } from '../state/accounts.ts'
import { uninstallEverywhere } from '../state/installations.ts'
import { pingEvent } from '../webhooks/ping-event.ts'
import { slugOf, type Manifest } from './read-manifest.ts'

/**
 * Makes the App of a manifest, and has the forge be that one from now on: the former one's key, secret and installations are gone.
 * As on GitHub, nobody has installed it, and a ping is sent at once.
 *
 * @param organization whose it is; the local person's when absent.
 * @returns the code that its key can be had for.
 */
export async function registerApp(forge: Forge, manifest: Manifest, organization: string | undefined): Promise<string> {
  const { database, dataDir, clock, codes } = forge
  const owner = ensureAccount(database, organization ?? PERSON)
  const pem = await makeKey('pkcs1')
  const { appId, ...rest } = newApp(forge, manifest)
  const app: StoredApp = {
    appId,
    ...rest,
    createdAt: time(clock()),
    owner: { login: owner.login, type: organization === undefined ? 'User' : 'Organization' },
  }
  await saveApp(dataDir, app, pem)
  Object.assign(forge.app, { setupUrl: undefined, ...app, publicKey: publicKeyOf(pem) })
  Object.assign(forge.grant, app.grant)
  Object.assign(forge.hook, { appId, secret: app.webhookSecret, url: app.webhookUrl })
  uninstallEverywhere(database)
  if (manifest.hook_attributes !== undefined) {
    const id = forge.deliveries.store({ name: 'ping', payload: pingEvent(forge) })
    // The result is recorded; nobody waits for it.
    if (id !== undefined) void forge.deliveries.send(id)
  }
  return codes.issue({ pem, clientSecret: randomBytes(20).toString('hex') })
}

function newApp({ app, hook }: Forge, manifest: Manifest): Omit<StoredApp, 'createdAt' | 'owner'> {
  return {
    appId: app.appId + 1,
    clientId: `Iv23li${randomBytes(7).toString('hex')}`,
    slug: slugOf(manifest.name),
    name: manifest.name,
    description: manifest.description ?? '',
    externalUrl: manifest.url,
    webhookSecret: randomBytes(20).toString('hex'),
    webhookUrl: manifest.hook_attributes?.url ?? hook.url,
    ...(manifest.setup_url === undefined ? {} : { setupUrl: manifest.setup_url }),
    grant: {
      permissions: { metadata: 'read', ...manifest.default_permissions },
      events: manifest.default_events,
    },
  }
}
