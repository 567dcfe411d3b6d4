const { serve } = require('./attempt.js')

module.exports = serve({ found: async () => require('./found.json') })
