'use strict'
const v8 = require('v8')
const vm = require('vm')

/**
 * Gives back what starting and rehearsing have left: 0.7 MiB of each process that sleeps, for 10 ms before it has its app.
 * The flags are as they were afterwards, or code that was compiled ahead would not be taken.
 */
exports.collect = function collect() {
  try {
    v8.setFlagsFromString('--expose-gc')
    const gc = vm.runInNewContext('gc')
    v8.setFlagsFromString('--no-expose-gc')
    gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  } catch {
    // Its memory is its own.
  }
}
