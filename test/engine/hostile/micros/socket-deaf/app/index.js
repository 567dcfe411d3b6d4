const { serve } = require('./attempt.js')

let deaf = false
const listener = serve({
  attack: async () => {
    deaf = true
  },
})

// From then on every connection is taken, and nothing is ever said on it.
module.exports = (request, response) => {
  if (!deaf) listener(request, response)
}
