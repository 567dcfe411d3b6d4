const dns = require('dns').promises
const { dial, serve } = require('./attempt.js')

/** What it dials is said by who asks, and is a trap while it does. */
module.exports = serve({
  attack: async ({ searchParams }) => {
    const came = searchParams.getAll('to').map(async (host) => {
      const { address } = await dns.lookup(host).catch(({ code }) => ({ address: code }))
      return [host, { address, came: await dial({ host, port: 80 }) }]
    })
    return Object.fromEntries(await Promise.all(came))
  },
})
