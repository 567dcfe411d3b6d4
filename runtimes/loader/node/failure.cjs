'use strict'

const APP = '/app/'

/** An error in words for the person who pushed: the app's own part of the stack, with paths as in the repository. */
exports.describe = function describe(error) {
  if (!(error instanceof Error) && !(error && typeof error.stack === 'string')) {
    return 'The app threw ' + print(error) + ' while it was imported'
  }
  const stack = String(error.stack || error)
  const lines = stack.split('\n').filter((line) => !/\(?(node:internal|internal\/|\/opt\/micropush\/)/.test(line))
  return (lines.join('\n') + cause(error)).split('file://').join('').split(APP).join('')
}

function cause(error) {
  if (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND') {
    return '\nIf it is a package, it must stand under "dependencies" in package.json.'
  }
  return ''
}

function print(value) {
  try {
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  } catch (_) {
    return 'a value that cannot be printed'
  }
}
