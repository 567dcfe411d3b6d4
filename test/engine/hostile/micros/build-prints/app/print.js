// 200 MB, half of it without the end of a line, with what a terminal would obey.
const block = '\u001b[2J\u001b]0;owned\u0007'.repeat(4000)
for (let count = 0; count < 1500; count += 1) require('fs').writeSync(1, count % 2 === 0 ? block : `${block}\n`)
require('fs').writeFileSync('found.json', '"printed"')
