'use strict'

const callbacks = []

/**
 * Calls back each time the micro was brought back from a snapshot of its memory, before its first request: to open connections anew, or to
 * make random state of its own anew. The first request waits until what it returns has been fulfilled.
 *
 * @param {() => unknown} callback
 */
exports.onRestore = function onRestore(callback) {
  if (typeof callback !== 'function') throw new TypeError('onRestore takes a function')
  callbacks.push(callback)
}

/** For the loader. What goes wrong in one is logged, and keeps none of the others from it. */
exports.run = async function run() {
  for (const callback of callbacks) {
    try {
      await callback()
    } catch (error) {
      console.error('A callback of onRestore failed:', error)
    }
  }
}
