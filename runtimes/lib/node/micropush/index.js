'use strict'
const busy = require('./busy.js')

exports.onRestore = require('./restore.js').onRestore

/**
 * Keeps the micro awake until the work has ended, for at most 10 s. What goes wrong in it is logged.
 *
 * @param {PromiseLike<unknown> | (() => unknown)} work a promise, or a function that is called right away.
 */
exports.waitUntil = function waitUntil(work) {
  const end = busy.begin()
  Promise.resolve(typeof work === 'function' ? start(work) : work)
    .catch((error) => console.error('Work after the response failed:', error))
    .then(end)
}

/** An exception and a rejection are the same to the caller. */
async function start(work) {
  return work()
}
