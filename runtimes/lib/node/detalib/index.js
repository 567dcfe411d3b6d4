'use strict'
const { addCron, addRun } = require('./handlers.js')

const lib = {
  run(handler, action) {
    addRun(handler, action)
    return handler
  },
  cron(handler) {
    addCron(handler)
    return handler
  },
}

/**
 * Gives an app `lib`, where handlers are registered. The app itself comes back, so that nothing of it changes.
 * Without one it is an app that has handlers and no pages.
 */
exports.App = function App(wrapped) {
  const isObject = (typeof wrapped === 'object' && wrapped !== null) || typeof wrapped === 'function'
  const app = isObject ? wrapped : pageless()
  if (!Object.isExtensible(app)) return new Proxy(app, { get: (target, name) => (name === 'lib' ? lib : target[name]) })
  Object.defineProperty(app, 'lib', { value: lib, configurable: true, writable: true })
  return app
}

function pageless() {
  return (request, response) => {
    response.writeHead(404, { 'content-type': 'text/plain' })
    response.end('This micro has no pages: it only registers handlers for actions and schedules.\n')
  }
}
