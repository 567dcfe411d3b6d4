'use strict'
const fs = require('fs')
const Module = require('module')
const path = require('path')

/** A link to our library: the last folder that an ES module's import looks into (see runner/images/dockerfile.ts). */
const LINK = '/node_modules'

/**
 * `require` would look there before NODE_PATH, whose first part is the app's root: a `deta.js` of the app's would not be found.
 * NODE_PATH names our library as well, and last.
 */
exports.findLibraryLast = function findLibraryLast() {
  const original = Module._nodeModulePaths
  Module._nodeModulePaths = (from) => original(from).filter((folder) => folder !== LINK)
  passOverDetaJson()
}

/** `deta.json` describes the app to Deta and is no module; but NODE_PATH begins with its folder, and Node tries that ending too. */
function passOverDetaJson() {
  const original = Module._findPath
  Module._findPath = function findPath(request, folders, isMain) {
    const found = original.call(this, request, folders, isMain)
    if (request !== 'deta' || !found || path.basename(found) !== 'deta.json') return found
    const others = folders.filter((folder) => !fs.existsSync(path.join(folder, 'deta.json')))
    return original.call(this, request, others, isMain)
  }
}
