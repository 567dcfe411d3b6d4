import { paths } from '../../runtimes/launch.ts'
import type { Language } from '../../runtimes/catalogue.ts'
import { librarySources } from '../images/sources.ts'
import type { BuilderMount } from './builder/builder-container.ts'
import { ownFiles } from './own-files.ts'

/** Where Node looks last, on the way up from the app, for what `require` and `import` name. */
const ABOVE_ALL_APPS = '/node_modules'

/** Our library, where a `build` command finds it as the app does: last, after the app's own modules and installed ones. */
export async function ownLibrary(dataDir: string, language: Language): Promise<BuilderMount> {
  const from = await ownFiles({ dataDir, folder: `library/${language}`, files: await librarySources(language) })
  return { from, to: language === 'node' ? ABOVE_ALL_APPS : paths.pythonLibrary, access: 'read-only' }
}

/** Shell text that puts it last on Python's module path. */
export const PYTHON_LIBRARY = `export PYTHONPATH="$PYTHONPATH:${paths.pythonLibrary}"`
