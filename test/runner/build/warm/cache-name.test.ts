import { expect, it } from 'vitest'
import { cacheName } from '../../../../runner/build/warm/cache-name.ts'

const app = {
  image: 'image',
  artifacts: { app: 'a', dependencies: 'd' },
  launch: { kind: 'loader', language: 'node', entry: 'index.js' },
  env: { A: '1', B: '2' },
} as const

it('gives no cache of one micro to another that has the same source and other variables', () => {
  const poison = { ...app.env, NODE_OPTIONS: '--import=data:text/javascript,poison()' }
  expect(cacheName({ ...app, env: poison })).not.toBe(cacheName(app))
  expect(cacheName({ ...app, env: {} })).not.toBe(cacheName(app))
})

it('gives the same one to micros that are the same in all, in whatever order their variables stand', () => {
  expect(cacheName({ ...app, env: { B: '2', A: '1' } })).toBe(cacheName(app))
})

it.each([
  { image: 'other' },
  { artifacts: { app: 'b', dependencies: 'd' } },
  { artifacts: { app: 'a' } },
  { launch: { ...app.launch, entry: 'main.js' } },
])('tells %j apart', (other) => {
  expect(cacheName({ ...app, ...other })).not.toBe(cacheName(app))
})

it('gives none to a micro that a command starts', () => {
  expect(cacheName({ ...app, launch: { kind: 'command', language: 'node', command: 'node x' } })).toBeUndefined()
})
