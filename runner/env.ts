import { parseSettings, type Settings } from '../contract/settings.ts'

/** The runner's settings from its environment. */
export function readSettings(): Settings {
  return parseSettings(process.env)
}
