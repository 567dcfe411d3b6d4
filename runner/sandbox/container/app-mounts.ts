import { paths as inside } from '../../../runtimes/launch.ts'
import type { SandboxSpec } from '../sandbox.ts'

/** A folder of the host, and where it appears in a sandbox. */
export interface FolderMount {
  readonly source: string
  readonly target: string
}

/** The folders of an app, all of them read-only, in the order in which they go over each other. */
export function appMounts(
  spec: Pick<SandboxSpec, 'language' | 'appDir' | 'dependenciesDir' | 'cacheDir'>,
): FolderMount[] {
  const dependencies = spec.language === 'node' ? inside.nodeModules : inside.pythonDependencies
  const folders = [
    { source: spec.appDir, target: inside.app },
    { source: spec.dependenciesDir, target: dependencies },
    { source: spec.cacheDir, target: inside.cache },
  ]
  return folders.flatMap(({ source, target }) => (source === undefined ? [] : [{ source, target }]))
}
