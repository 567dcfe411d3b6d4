'use strict'
// What all hostile Node micros share; it lies beside each of them when it is deployed.

/** A handler: `GET /<name>` makes that attack and answers with what came of it as JSON, any other path with "alive". */
exports.serve = (attacks) => async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://micro')
  const attack = attacks[pathname.slice(1)]
  if (attack === undefined) return response.end('alive')
  const came = await attack({ request, response, searchParams }).catch((error) => ({ error: why(error) }))
  if (!response.headersSent && !response.destroyed) response.end(JSON.stringify(came ?? 'done'))
}

/** Makes each attempt by itself. @returns for each its error's code, or `done` when nothing stood in its way. */
exports.tryAll = async (attempts) => {
  const came = {}
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      came[name] = (await attempt()) ?? 'done'
    } catch (error) {
      came[name] = why(error)
    }
  }
  return came
}

/** Connects to a host that greets. @returns `open`, `no answer` or the error's code. */
exports.dial = ({ host, port, path }) =>
  new Promise((resolve) => {
    const socket = require('net').connect({ host, port, path, timeout: 1000 })
    const done = (what) => {
      socket.destroy()
      resolve(what)
    }
    socket.on('data', () => done('open'))
    socket.on('timeout', () => done('no answer'))
    socket.on('end', () => done('closed'))
    socket.on('error', (error) => done(error.code ?? error.message))
  })

function why(error) {
  return error.code ?? error.message
}
