import { parseSettings, type Settings } from '../../contract/settings.ts'

/** @throws MicropushError naming each variable that cannot be used. */
export function readSettings(): Settings {
  return parseSettings(process.env)
}
