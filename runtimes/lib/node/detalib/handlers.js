'use strict'

/** What the app registered: by action, and for each schedule. */
const runs = new Map()
const crons = []

exports.addRun = function addRun(handler, action) {
  runs.set(String(action || ''), mustBeFunction(handler, 'run'))
}

exports.addCron = function addCron(handler) {
  crons.push(mustBeFunction(handler, 'cron'))
}

/**
 * Calls what was registered for an event. Whoever starts it is in this process: nothing of it is reachable over HTTP.
 *
 * @param {{type: 'run' | 'cron', action?: string, body?: string}} event `body` is JSON as text.
 * @returns {Promise<unknown>} what the handler of the action returned; of cron the list of all, in the order of registration.
 */
exports.invoke = async function invoke({ type, action = '', body = '{}' }) {
  const event = { type, action, body, json: JSON.parse(body) }
  if (type === 'cron') {
    const results = []
    for (const handler of crons) results.push(await handler(event))
    return results
  }
  const handler = runs.get(action)
  if (!handler) throw new Error('The app has no handler for ' + (action ? 'the action ' + action : 'app.lib.run()'))
  return handler(event)
}

function mustBeFunction(handler, name) {
  if (typeof handler !== 'function') throw new TypeError('app.lib.' + name + ' takes a function')
  return handler
}
