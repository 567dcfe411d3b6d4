import { parseSettings, type Settings } from '../contract/settings.ts'

/** The settings of this command, from its environment. */
export function readSettings(): Settings {
  return parseSettings(process.env)
}

/** The environment that child processes get, ours with changes. */
export function childEnvironment(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes }
}

/** Whether the App is named by the environment, which then wins over the one of the data folder. */
export function hasAppInEnvironment(): boolean {
  return (process.env['APP_ID'] ?? '') !== ''
}
