const { dial, serve } = require('./attempt.js')

/** Dials each of `to`, all at once. What it dials is said by who asks, and is a trap while it does. */
module.exports = serve({
  attack: async ({ searchParams }) => {
    const came = searchParams.getAll('to').map(async (host) => [host, await dial({ host, port: 80 })])
    return Object.fromEntries(await Promise.all(came))
  },
})
