'use strict'
/*
 * Loads and serves a Node micro, in three phases that init asks for over file descriptor 3: runtime loaded → app imported → listening.
 * Without an entry among its arguments it is told of its app after the first. It runs on Node 12 and newer, so its syntax is that of 2019.
 */
const http = require('http')
const net = require('net')
const path = require('path')
const { adoptApp } = require('./adopt.cjs')
const { collect } = require('./collect.cjs')
const { openControl } = require('./control.cjs')
const { useCompileCache } = require('./compile-cache.cjs')
const { describe } = require('./failure.cjs')
const { importEntry } = require('./import-entry.cjs')
const { findServer } = require('./find-server.cjs')
const { findLibraryLast } = require('./library.cjs')
const { rehearse } = require('./rehearse.cjs')
const { rehearseRestore, restored } = require('./restored.cjs')
const { stopOnSignal } = require('./stop.cjs')
const { watchWorkers } = require('./workers.cjs')

const SOCKET = '/run/micropush/app.sock'

main()

function main() {
  const control = openControl()
  const fail = (error) => {
    control.fail(describe(error))
    process.exit(1)
  }
  findLibraryLast()
  if (process.argv.length > 2) {
    belongTo(process.argv[2])
  } else {
    control.next('adopt', (block) => {
      belongTo(adoptApp(block))
      control.say('adopted')
    })
  }
  // What cannot be rehearsed takes its time at the first answer.
  rehearse()
    .catch(() => {})
    .then(() => {
      collect()
      control.say('loaded')
    })

  function belongTo(entry) {
    // What the app sees is what `node <entry>` would show it.
    process.argv.splice(1, 2, entry)
    control.next('import', () => {
      importApp(entry).catch(fail)
    })
  }
  /** Exceptions and rejections until the import has ended are the reason why a deployment failed; later ones are Node's own business. */
  const whileImporting = { uncaughtException: fail, unhandledRejection: fail }

  async function importApp(entry) {
    useCompileCache()
    const own = watchListen()
    const hasWorkers = watchWorkers()
    for (const name of Object.keys(whileImporting)) process.on(name, whileImporting[name])
    const exported = await importEntry(entry)
    const found = await findServer(exported, path.basename(entry))
    for (const name of Object.keys(whileImporting)) process.removeListener(name, whileImporting[name])
    control.say('imported')
    control.next('park', () => {
      const isAble = rehearseRestore()
      rehearse()
        .catch((error) => console.error(error))
        .then(() => control.say(isAble && !hasWorkers() ? 'parked' : 'unfit'))
    })
    control.next('listen', (word) => {
      // The word is there when the process was on disk since.
      const ready = word.length > 0 ? restored() : Promise.resolve()
      ready.then(() => listen({ found, own, control })).catch(fail)
    })
  }
}

/**
 * Remembers the HTTP servers that the app listens with by itself. The sandbox's socket then feeds the one on $PORT, because
 * WebSockets and other things may hang on it that an exported handler does not know.
 */
function watchListen() {
  const original = net.Server.prototype.listen
  const servers = []
  let whenLater
  net.Server.prototype.listen = function listen(...args) {
    const first = args[0]
    const port = first !== null && typeof first === 'object' ? first.port : first
    if (this instanceof http.Server && port !== undefined) {
      servers.push({ server: this, onPort: String(port) === process.env.PORT })
      if (whenLater) this.once('listening', whenLater)
    }
    return original.apply(this, args)
  }
  return {
    onPort: () => pick(servers.filter((one) => one.onPort)),
    any: () => pick(servers),
    /** Calls back once for the first server that listens from now on. */
    later(then) {
      whenLater = () => {
        whenLater = undefined
        then()
      }
    },
    restore() {
      net.Server.prototype.listen = original
    },
  }
}

function pick(servers) {
  return servers.length > 0 ? servers[0].server : undefined
}

async function listen({ found, own, control }) {
  const onPort = own.onPort()
  if (onPort) return serve({ server: onPort, control, front: feed(onPort) })
  if (found) {
    own.restore()
    await found.prepare()
    return serve({ server: found.server, control, front: found.server, close: found.close })
  }
  const other = own.any()
  if (other) return serve({ server: other, control, front: feed(other) })
  // Perhaps it listens later, or another process of it does: init watches the port, we watch for any other port.
  control.say('port')
  own.later(() => {
    const onPort = own.onPort()
    if (onPort) return adopt({ server: onPort, front: onPort })
    const late = own.any()
    serve({ server: late, control, front: feed(late) }).catch((error) => console.error(error))
  })
  giveUpWhenIdle(control)
}

/** A server that hands its connections on to another one, which is closed only when they are. */
function feed(server) {
  const front = net.createServer({ allowHalfOpen: true }, (socket) => server.emit('connection', socket))
  const close = server.close
  server.close = function (then) {
    front.close(() => close.call(server, then))
    if (server.closeIdleConnections) server.closeIdleConnections()
    return server
  }
  return front
}

async function serve({ server, front, close, control }) {
  await new Promise((resolve, reject) => {
    front.once('error', reject)
    net.Server.prototype.listen.call(front, { path: SOCKET, backlog: 1024 }, resolve)
  })
  adopt({ server, front, close })
  control.say('listening')
  control.close()
}

function adopt({ server, front, close }) {
  keepConnections(server)
  stopOnSignal({ front, server, close })
}

/** The gateway keeps its connections and decides when they end; Node's default of 5 s would close them under a request. */
function keepConnections(server) {
  if (server.keepAliveTimeout === 5000) server.keepAliveTimeout = 75000
  if (server.timeout === 120000) server.setTimeout(0)
}

/** With nothing exported and nothing left to do, Node ends here; a micro that will listen later keeps it alive. */
function giveUpWhenIdle(control) {
  control.release()
  process.once('beforeExit', () => {
    control.fail(
      'The app exports nothing that can be served, and nothing listens on $PORT. ' +
        'Export it (module.exports = app, or export default app), or listen on process.env.PORT.',
    )
    process.exit(1)
  })
}
