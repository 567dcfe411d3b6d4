'use strict'

/**
 * Follows the threads that the app starts from now on. Each makes its random numbers from a state of its own, which nobody else can make anew.
 *
 * @returns {() => boolean} whether one of them may be running
 */
exports.watchWorkers = function watchWorkers() {
  const running = new Set()
  process.on('worker', (worker) => {
    running.add(worker)
    worker.once('exit', () => running.delete(worker))
  })
  // Older ones tell of no thread: there the module decides, which has to be loaded for one.
  const tells = parseInt(process.versions.node, 10) >= 14
  return () => (tells ? running.size > 0 : process.moduleLoadList.includes('NativeModule worker_threads'))
}
