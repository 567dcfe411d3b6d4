// plain-node: no dependency, no package.json, one exported function (request, response).
module.exports = function answer(request, response) {
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(`Hello from Node.js ${process.version}. You asked for ${request.method} ${request.url}\n`)
}
