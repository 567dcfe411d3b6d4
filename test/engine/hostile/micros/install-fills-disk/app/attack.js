const fs = require('fs')

// A hundred gigabytes, one after the other, wherever it may write.
const block = Buffer.alloc(1024 * 1024, 1)
fs.mkdirSync('node_modules', { recursive: true })
for (let count = 0; count < 100 * 1024; count += 1) {
  for (const folder of ['node_modules', '/tmp']) fs.writeFileSync(`${folder}/${count}`, block)
}
fs.writeFileSync('found.json', '"all"')
