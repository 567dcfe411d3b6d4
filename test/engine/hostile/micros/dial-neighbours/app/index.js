const os = require('os')
const { dial, serve } = require('./attempt.js')

module.exports = serve({
  // The neighbour's address, as the host knows it.
  one: async ({ searchParams }) => dial({ host: searchParams.get('to'), port: 9000 }),
  // Everybody who may be on the same bridge: sandboxes get their addresses in a row.
  around: async () => {
    const own = Object.values(os.networkInterfaces())
      .flat()
      .find(({ internal }) => !internal).address
    const network = own.split('.').slice(0, 3).join('.')
    const hosts = Array.from({ length: 64 }, (_, index) => `${network}.${index + 1}`).filter((host) => host !== own)
    const came = await Promise.all(hosts.map((host) => dial({ host, port: 9000 })))
    return { tried: hosts.length, open: came.filter((what) => what === 'open').length }
  },
})
