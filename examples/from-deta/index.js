const { App } = require('deta')
const { waitUntil } = require('micropush')

const app = App((request, response) => {
  response.end('Hello from ' + process.env.DETA_PATH + '\n')
  waitUntil(record(request.url))
})

app.lib.run((event) => 'Hello ' + event.json.name, 'greet')
app.lib.cron(() => record('a tick'))

async function record(what) {
  console.log('recorded', what)
}

if (!process.env.DETA_RUNTIME) require('http').createServer(app).listen(3000)

module.exports = app
