'use strict'
/*
 * Imports an app so that Node writes the code it compiled to a cache; whether the app likes to be here without secrets and network does not
 * matter. `node warm-up.cjs <entry>`, with the folder in MICROPUSH_CACHE.
 */
const Module = require('module')
const { importEntry } = require('./import-entry.cjs')
const { findLibraryLast } = require('./library.cjs')

/** What an app does in its first moments belongs to its start. */
const AFTER_IMPORT_MS = 250
const LONGEST_MS = 15000

const entry = process.argv[2]
const folder = process.env.MICROPUSH_CACHE
delete process.env.MICROPUSH_CACHE
findLibraryLast()
process.argv.splice(1, 2, entry)
for (const name of ['uncaughtException', 'unhandledRejection']) process.on(name, () => {})
if (Module.enableCompileCache && Module.enableCompileCache(folder).directory) {
  setTimeout(leave, LONGEST_MS)
  importEntry(entry).then(soon, soon)
}

function soon() {
  setTimeout(leave, AFTER_IMPORT_MS)
}

/** Node writes the cache when it ends. */
function leave() {
  process.exit(0)
}
