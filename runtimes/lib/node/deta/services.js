'use strict'
const util = require('./util.js')

const BASE = ['put', 'putMany', 'insert', 'get', 'delete', 'update', 'fetch']
const DRIVE = ['put', 'get', 'list', 'delete']

exports.base = (name) => Object.assign(service({ kind: 'Base', name, methods: BASE }), { util })
exports.drive = (name) => service({ kind: 'Drive', name, methods: DRIVE })

function service({ kind, name, methods }) {
  const made = {}
  for (const method of methods) made[method] = () => refuse(kind, kind + "('" + name + "')." + method + '()')
  return made
}

/**
 * A rejected promise. It is told in the log as well, and counts as handled: a call that nobody awaits neither ends the micro nor
 * goes unseen. deta 0.0.x's `fetch` was iterated with `for await`, which meets the same words.
 */
function refuse(kind, call) {
  const words = 'The ' + kind + ' service is not part of this micropush yet; ' + call + ' can store and read nothing.'
  const error = Object.assign(new Error(words), { code: 'ERR_SERVICE_NOT_AVAILABLE' })
  console.error(words)
  const rejected = Promise.reject(error)
  rejected.catch(() => {})
  rejected[Symbol.asyncIterator] = () => ({ next: () => rejected })
  return rejected
}
