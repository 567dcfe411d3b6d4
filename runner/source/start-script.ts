import type { Launch } from '../../contract/deployment.ts'

/** `node file.js` and nothing more: then the loader can do what the script does, and an exported app works too. */
const PLAIN_NODE = /^node\s+(?:\.\/)?([\w@./-]+)$/

interface Script {
  readonly start: string | undefined
  /** The file that it starts, when it is a plain `node file` and the file exists. */
  readonly startFile: string | undefined
}

/**
 * How package.json's start script is run without npm: the file it starts, or its text as a command; the sandbox has the
 * dependencies' executables on its path. Undefined when there is no such script.
 */
export function readStartScript({ start, startFile }: Script): Launch | undefined {
  const script = start?.trim()
  if (!script) return undefined
  if (startFile !== undefined) return { kind: 'loader', language: 'node', entry: startFile }
  return { kind: 'command', language: 'node', command: script }
}

/** The file that a plain start script names, as it is written. */
export function startScriptFile(script: string | undefined): string | undefined {
  return script === undefined ? undefined : PLAIN_NODE.exec(script.trim())?.[1]
}
