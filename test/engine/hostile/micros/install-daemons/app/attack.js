const fs = require('fs')
const { spawn } = require('child_process')

// Twice away from us, in a session of their own, deaf, writing where the next step of the build will look.
const daemon = 'trap "" TERM HUP INT; while :; do echo x >> /app/late.txt; echo x >> /tmp/late.txt; sleep 0.05; done'
for (let count = 0; count < 5; count += 1) {
  spawn('setsid', ['sh', '-c', `(${daemon}) &`], { detached: true, stdio: 'ignore' }).unref()
}
fs.writeFileSync('found.json', JSON.stringify({ begun: 5 }))
