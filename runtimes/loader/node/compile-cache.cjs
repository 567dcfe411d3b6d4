'use strict'
const fs = require('fs')
const Module = require('module')
const path = require('path')

/** Where a warm-up of this very app has left the code that V8 compiled; mounted only when there is one (see runner/build/warm). */
const CACHE = '/var/cache/micropush/node'
/** In the sandbox's own small file system, because the rest is read-only. */
const LINKS = '/run/micropush/cache'

/**
 * Lets Node take the app's compiled code from the cache. Node looks below the given folder in one that is named after its version and
 * the user id, and each sandbox has another: so that folder becomes a link. Without a cache, or in a Node before 22.8, nothing happens.
 */
exports.useCompileCache = function useCompileCache() {
  if (!Module.enableCompileCache || !fs.existsSync(CACHE)) return
  try {
    const { status } = Module.enableCompileCache(LINKS)
    if (status !== Module.constants.compileCacheStatus.ENABLED) return
    for (const name of fs.readdirSync(LINKS)) {
      fs.rmdirSync(path.join(LINKS, name))
      fs.symlinkSync(CACHE, path.join(LINKS, name))
    }
  } catch {
    // It only saves time.
  }
}
