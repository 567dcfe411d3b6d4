'use strict'
const v8 = require('v8')
const vm = require('vm')

/** The first whose V8 takes this as it is meant: those before collect less or only the young with any option. */
const TAKES_OPTIONS = parseInt(process.versions.node, 10) >= 22

/**
 * Gives back what starting and rehearsing have left: 0.7 MiB of each process that sleeps, for 10 ms before it has its app.
 * The flags are as they were afterwards, or code that was compiled ahead would not be taken.
 */
exports.collect = function collect() {
  try {
    v8.setFlagsFromString('--expose-gc')
    const gc = vm.runInNewContext('gc')
    // The flag is still set: V8 7.8 (Node 12) ends the process that collects without it.
    if (TAKES_OPTIONS) gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    else gc()
  } catch {
    // Its memory is its own.
  } finally {
    v8.setFlagsFromString('--no-expose-gc')
  }
}
