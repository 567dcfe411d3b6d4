import type { StoredGitHubApp } from '../../contract/github-app.ts'
import type { BotSettings } from '../env.ts'
import type { AppIdentity } from '../github/client.ts'
import { Secret } from '../secret.ts'

/** What the bot needs to be a GitHub App. */
export interface AppCredentials extends AppIdentity {
  /** All that a delivery may be signed with, the one that GitHub is believed to use first. */
  readonly webhookSecrets: readonly Secret[]
  /** Where GitHub and people reach the bot. */
  readonly botUrl: string
  /** Undefined when they come from the environment. */
  readonly stored: StoredGitHubApp | undefined
}

/** The App that the environment names. */
export function credentialsOfEnvironment(settings: BotSettings): AppCredentials {
  const { appId, privateKey, webhookSecret, formerWebhookSecret, githubUrl, botUrl } = settings
  const webhookSecrets = formerWebhookSecret === undefined ? [webhookSecret] : [webhookSecret, formerWebhookSecret]
  return { appId, privateKey, webhookSecrets, githubUrl, botUrl, stored: undefined }
}

/**
 * The App of the data folder.
 *
 * @param botUrl what the environment says of it, which wins.
 */
export function credentialsOfFile(stored: StoredGitHubApp, botUrl: string | undefined): AppCredentials {
  const others = [stored.next?.webhookSecret, stored.former?.webhookSecret].filter((one) => one !== undefined)
  return {
    appId: stored.appId,
    privateKey: new Secret(stored.privateKey),
    webhookSecrets: [stored.webhookSecret, ...others].map((one) => new Secret(one)),
    githubUrl: stored.apiUrl,
    botUrl: botUrl ?? stored.botUrl,
    stored,
  }
}
