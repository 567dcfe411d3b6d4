'use strict'
const Module = require('module')

/**
 * Makes of a process that was started without an app what it would be had it been started with this one: arguments, environment, and
 * the working directory, over which the app's files were mounted since. What only a new process can take, the engine starts one for.
 *
 * @param {Buffer} block as of the start message: mode, number of arguments, arguments, environment
 * @returns {string} the entry
 */
exports.adoptApp = function adoptApp(block) {
  const [, count, ...strings] = block.toString('utf8').split('\0')
  const entry = strings[Number(count) - 1]
  // Taken out first, so that they stand in the order in which a new process would have them.
  for (const name of Object.keys(process.env)) delete process.env[name]
  for (const line of strings.slice(Number(count), -1)) {
    const end = line.indexOf('=')
    process.env[line.slice(0, end)] = line.slice(end + 1)
  }
  // It has read NODE_PATH and HOME.
  Module._initPaths()
  process.chdir('/app')
  process.argv[2] = entry
  return entry
}
