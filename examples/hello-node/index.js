// hello-node: an Express app. It is exported and listens to nothing: micropush serves it.
const express = require('express')

const app = express()

app.get('/', (request, response) => {
  response.json({
    greeting: 'Hello from a Node.js micro',
    micro: process.env.MICRO_NAME ?? 'hello-node',
    runtime: `Node.js ${process.version}`,
    you: request.get('x-real-ip') ?? request.ip,
  })
})

app.get('/hello/:name', (request, response) => {
  response.json({ greeting: `Hello ${request.params.name}` })
})

module.exports = app
