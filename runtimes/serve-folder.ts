import { dirname } from 'node:path'
import { paths } from './launch.ts'

interface Served {
  /** The first of them that exists is served; relative to the app's folder. */
  readonly folders: readonly string[]
  readonly singlePage: boolean
}

/** The shell command that serves a folder inside a sandbox of Node.js. */
export function serveFolderCommand({ folders, singlePage }: Served): string {
  const quoted = folders.map((folder) => `'${`./${folder}`.replaceAll("'", "'\\''")}'`)
  return ['exec', 'node', `${dirname(paths.nodeLoader)}/serve-folder.cjs`, singlePage ? '--single-page' : '', ...quoted]
    .filter((word) => word !== '')
    .join(' ')
}
