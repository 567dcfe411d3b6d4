import { parseSettings } from '../contract/settings.ts'
import type { ForgeOptions } from './forge.ts'

/**
 * The forge's part of the environment.
 *
 * @throws MicropushError `setup-incomplete`, naming each variable at fault.
 */
export function readEnvironment(): ForgeOptions {
  const settings = parseSettings(process.env)
  return {
    dataDir: settings.dataDir,
    port: settings.forgePort,
    webhookUrl: `http://127.0.0.1:${settings.botPort}/api/github/webhooks`,
    searchPath: process.env['PATH'] ?? '/usr/bin:/bin',
  }
}
