// two-in-one, the page: files of the folder public/, read once, served without any dependency.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const read = (name) => readFileSync(join(__dirname, 'public', name))

const files = new Map([
  ['/', { type: 'text/html; charset=utf-8', body: read('index.html') }],
  ['/clock.js', { type: 'text/javascript; charset=utf-8', body: read('clock.js') }],
])

module.exports = (request, response) => {
  const file = files.get(new URL(request.url, 'http://micro').pathname)
  if (file === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
    response.end('Not found\n')
    return
  }
  response.writeHead(200, { 'content-type': file.type, 'content-length': file.body.length })
  response.end(request.method === 'HEAD' ? undefined : file.body)
}
