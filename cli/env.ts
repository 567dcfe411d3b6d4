import { parseSettings, type Settings } from '../contract/settings.ts'

/** The settings of this command, from its environment. */
export function readSettings(): Settings {
  return parseSettings(process.env)
}

/** The environment that child processes get, ours with changes. */
export function childEnvironment(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes }
}

/** Whether a real GitHub App was configured; without one, the forge takes GitHub's place. */
export function hasGitHubApp(): boolean {
  return (process.env['APP_ID'] ?? '') !== ''
}
