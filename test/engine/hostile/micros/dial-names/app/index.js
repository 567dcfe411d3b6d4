const dns = require('dns').promises
const { dial, serve } = require('./attempt.js')

/** Looks each name up and dials what it stands for, and then dials by the name, as any library would. */
module.exports = serve({
  attack: async ({ searchParams }) => {
    const came = searchParams.getAll('to').map(async (name) => {
      const found = await Promise.all([dns.resolve4(name), dns.resolve6(name)].map((found) => found.catch(() => [])))
      const addresses = found.flat()
      const each = await Promise.all([...addresses, name].map((host) => dial({ host, port: 80 })))
      return [name, { addresses, came: [...new Set(each)] }]
    })
    return Object.fromEntries(await Promise.all(came))
  },
})
