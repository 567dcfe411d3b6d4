const { dial, serve } = require('./attempt.js')

/** Dials each `host:port` of `to`; they are the machine's own. */
module.exports = serve({
  attack: async ({ searchParams }) => {
    const came = searchParams.getAll('to').map(async (target) => {
      const at = target.lastIndexOf(':')
      return [target, await dial({ host: target.slice(0, at), port: Number(target.slice(at + 1)) })]
    })
    return Object.fromEntries(await Promise.all(came))
  },
})
