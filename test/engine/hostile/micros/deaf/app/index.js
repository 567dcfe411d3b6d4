const { serve } = require('./attempt.js')

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) {
  process.on(signal, () => {})
}
// Whoever asks it to stop finds it at work.
process.on('exit', () => {
  for (;;);
})
process.removeAllListeners = () => process

module.exports = serve({ attack: async () => process.pid })
