'use strict'
const Module = require('module')

/** A link to our library: the last folder that an ES module's import looks into (see runner/images/dockerfile.ts). */
const LINK = '/node_modules'

/**
 * `require` would look there before NODE_PATH, whose first part is the app's root: a `deta.js` of the app's would not be found.
 * NODE_PATH names our library as well, and last.
 */
exports.findLibraryLast = function findLibraryLast() {
  const original = Module._nodeModulePaths
  Module._nodeModulePaths = (from) => original(from).filter((folder) => folder !== LINK)
}
