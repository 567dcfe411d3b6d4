import type { Launch } from '../../contract/deployment.ts'
import type { MicroFiles } from './micro-files.ts'

/** `node file.js` and nothing more: then the loader can do what the script does, and an exported app works too. */
const PLAIN_NODE = /^node\s+(?:\.\/)?([\w@./-]+)$/

/**
 * How package.json's start script is run without npm: the file it starts, or its text as a command; the sandbox has the
 * dependencies' executables on its path. Undefined when there is no such script.
 */
export function readStartScript(files: MicroFiles): Launch | undefined {
  const script = files.manifest?.start?.trim()
  if (!script) return undefined
  if (files.startFile !== undefined) return { kind: 'loader', language: 'node', entry: files.startFile }
  return { kind: 'command', language: 'node', command: script }
}

/** The file that a plain start script names, as it is written. */
export function startScriptFile(script: string | undefined): string | undefined {
  return script === undefined ? undefined : PLAIN_NODE.exec(script.trim())?.[1]
}
