'use strict'
const fs = require('fs')
const path = require('path')
const { pathToFileURL } = require('url')
const { createRequire } = require('module')

/** What the entry file exports: `module.exports` of CommonJS, the namespace of an ES module. */
exports.importEntry = async function importEntry(entry) {
  if (isModule(entry)) return importModule(entry)
  try {
    return createRequire(entry)(entry)
  } catch (error) {
    // ES syntax in a file that nothing declares as a module, or a module with top-level await.
    if (!error || (error.code !== 'ERR_REQUIRE_ESM' && error.code !== 'ERR_REQUIRE_ASYNC_MODULE')) throw error
    return importModule(entry)
  }
}

function importModule(entry) {
  return import(pathToFileURL(entry).href)
}

function isModule(entry) {
  const extension = path.extname(entry)
  if (extension === '.mjs' || extension === '.mts') return true
  if (extension === '.cjs' || extension === '.cts') return false
  return packageType(path.dirname(entry)) === 'module'
}

/** The nearest package.json decides, as it does for Node itself. */
function packageType(folder) {
  for (;;) {
    try {
      return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).type
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') return undefined
    }
    const parent = path.dirname(folder)
    if (parent === folder) return undefined
    folder = parent
  }
}
