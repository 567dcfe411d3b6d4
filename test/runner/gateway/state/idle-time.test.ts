import { expect, it } from 'vitest'
import { ask } from '../support/client.ts'
import { route, stageWith } from '../support/stage.ts'

it.each([
  ['that stayed awake for good', 0],
  ['that had an hour', 3_600_000],
])('a micro %s gives its lease back as soon as its route says that it sleeps as usual', async (_, idleMs) => {
  const made = await stageWith((_request, response) => response.end('ok'), { idleMs })
  expect((await ask(made)).status).toBe(200)
  made.engine.say({ type: 'route', route: route({ idleMs: 40 }) })
  await made.engine.hears('idle')
})

it('a micro that may stay awake from now on keeps the lease whose time had begun', async () => {
  const made = await stageWith((_request, response) => response.end('ok'), { idleMs: 150 })
  expect((await ask(made)).status).toBe(200)
  made.engine.say({ type: 'route', route: route({ idleMs: 0 }) })
  // Another micro's time begins later and is longer: when that is over, the first one's would be.
  made.engine.say({ type: 'route', route: route({ host: 'other.localhost', deploymentId: 'd2', idleMs: 200 }) })
  made.engine.say({ type: 'awake', deploymentId: 'd2', sockets: [`${made.folder}/d1.sock`] })
  await made.engine.hears('idle')
  expect(made.engine.all('idle')).toEqual([{ type: 'idle', deploymentId: 'd2' }])
})
