// typescript-build: a Hono app in TypeScript. `build` in micro.yml compiles it, `entry` names what comes out.
import { Hono } from 'hono'
import { fibonacci } from './fibonacci.js'

const app = new Hono()

app.get('/', (context) => context.json({ greeting: 'Hello from TypeScript', try: '/fibonacci/50' }))

app.get('/fibonacci/:index', (context) => {
  const index = Number(context.req.param('index'))
  if (!Number.isInteger(index) || index < 0 || index > 1000) {
    return context.json({ error: 'the index must be a whole number from 0 to 1000' }, 400)
  }
  return context.json({ index, value: fibonacci(index).toString() })
})

export default app
