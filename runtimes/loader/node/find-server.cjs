'use strict'
const http = require('http')
const net = require('net')
const { fetchListener } = require('./fetch-listener.cjs')

const NAMES = ['default', 'app', 'server', 'handler']

/**
 * What can be served among the exports: the first that is recognised of the export itself, `default`, `app`, `server`,
 * `handler`, and the same names within `default`. A promise of an app is waited for.
 *
 * @returns {Promise<{server: http.Server, prepare(): Promise<void>, close?: () => Promise<void>} | undefined>}
 */
exports.findServer = async function findServer(exported, file) {
  for (const candidate of candidates(exported)) {
    const value = await candidate
    const found = await recognise(value, file)
    if (found) return found
  }
  return undefined
}

function* candidates(exported) {
  yield exported
  if (!hasMembers(exported)) return
  for (const name of NAMES) {
    if (exported[name] !== undefined) yield exported[name]
  }
  const inner = exported.default
  if (!hasMembers(inner)) return
  for (const name of NAMES) {
    if (inner[name] !== undefined) yield inner[name]
  }
}

function hasMembers(value) {
  return value !== null && (typeof value === 'object' || typeof value === 'function')
}

async function recognise(value, file) {
  if (!hasMembers(value)) return undefined
  if (value instanceof net.Server) return served(value)
  // Fastify
  if (typeof value.ready === 'function' && value.server instanceof net.Server) {
    return served(value.server, { start: () => value.ready(), close: () => value.close() })
  }
  // Hapi
  if (typeof value.initialize === 'function' && value.listener instanceof net.Server) {
    return served(value.listener, { start: () => value.initialize(), close: () => value.stop() })
  }
  // Koa
  if (typeof value.callback === 'function' && Array.isArray(value.middleware)) {
    return served(http.createServer(value.callback()))
  }
  // Hono, and whatever else speaks the web's Request and Response.
  if (typeof value.fetch === 'function' && value.fetch !== globalThis.fetch) {
    if (typeof Request !== 'function' || typeof Response !== 'function') {
      throw new Error(file + ' exports a fetch handler, which needs Node.js 18 or newer: set `runtime: nodejs24`')
    }
    return served(http.createServer(fetchListener(value)))
  }
  if (typeof value === 'function' && !isClass(value)) return served(http.createServer(value))
  return undefined
}

/** Start-up hooks run when the sandbox is about to listen, not at import: they may open connections. */
function served(server, hooks = {}) {
  return {
    server,
    close: hooks.close,
    async prepare() {
      if (hooks.start) await hooks.start()
      // A server has one handle: one that listens on another port gives that up.
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

function isClass(value) {
  return /^class\b/.test(Function.prototype.toString.call(value))
}
