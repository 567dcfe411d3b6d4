import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configSchema } from '../contract/config/json-schema.ts'

/** Writes micro.schema.json anew. A test fails while the file and the code say different things. */
const root = join(import.meta.dirname, '..')
const path = join(root, 'micro.schema.json')
writeFileSync(path, JSON.stringify(configSchema(), undefined, 2))
execFileSync(join(root, 'node_modules/.bin/oxfmt'), [path])
