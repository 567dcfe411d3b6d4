const dgram = require('dgram')
const { dial, serve } = require('./attempt.js')

/** What it dials is said by who asks, and is a trap while it does. */
module.exports = serve({
  tcp: async ({ searchParams }) => each(searchParams, (host) => dial({ host, port: 80 })),
  udp: async ({ searchParams }) => each(searchParams, ask),
})

async function each(searchParams, make) {
  const came = searchParams.getAll('to').map(async (host) => [host, await make(host)])
  return Object.fromEntries(await Promise.all(came))
}

/** A question to the name server that would be there. */
function ask(host) {
  const question = Buffer.from('000101000001000000000000086d65746164617461047465737400' + '00010001', 'hex')
  return new Promise((resolve) => {
    const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4')
    const done = (what) => {
      clearTimeout(late)
      socket.close()
      resolve(what)
    }
    const late = setTimeout(() => done('no answer'), 1000)
    socket.on('message', () => done('open'))
    socket.on('error', (error) => done(error.code))
    socket.send(question, 53, host, (error) => error && done(error.code))
  })
}
