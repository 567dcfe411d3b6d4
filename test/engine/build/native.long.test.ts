import { afterAll, describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { destroySandbox } from '../../../runner/sandbox/destroy-sandbox.ts'
import { startSandbox } from '../../../runner/sandbox/start-sandbox.ts'
import { imagesOf } from '../runtimes/images.ts'
import { ask, isolationsHere, openStage as openSandboxStage } from '../sandbox/stage.ts'
import { nativeMicros } from './native-micros.ts'
import { openStage, type Built } from './stage.ts'

const isolations = await isolationsHere()
/** Compiling takes minutes, so each micro is compiled under one isolation, where there are two, and used under both. */
const strictest = isolations.at(-1) ?? 'runc'
const builtUnder = { node24: 'runc', node14: strictest, wheels: strictest, source: 'runc' } as const
const stages = { runc: await openStage('runc'), gvisor: await openStage('gvisor') }
const sandboxes = await Promise.all(isolations.map((isolation) => openSandboxStage(isolation)))

afterAll(async () => {
  for (const stage of sandboxes) await stage.close()
  for (const stage of Object.values(stages)) await stage[Symbol.asyncDispose]()
})

describe.each(Object.entries(nativeMicros))('native packages: %s', (name, micro) => {
  const isolation = builtUnder[name as keyof typeof builtUnder]
  const stage = stages[isolation]
  let built: Built | undefined

  it(`are built under ${isolation}`, async () => {
    built = await stage.build(micro.files, { config: { runtime: micro.runtime } })
    expect(built.error, built.output).toBeUndefined()
  })

  it.each(sandboxes)('load and work under $context.isolation', async ({ context }) => {
    if (built?.result === undefined) throw new Error('they were not built')
    const language = micro.runtime.startsWith('python') ? 'python' : 'node'
    const sandbox = await startSandbox(
      context,
      {
        deploymentId: name,
        micro: 'hello',
        image: (await imagesOf(micro.runtime)).sandbox,
        launch: { kind: 'loader', language, entry: language === 'python' ? 'main.py' : 'index.js' },
        language,
        appDir: stage.app(built),
        dependenciesDir: stage.dependencies(built),
        env: { TRIES: Object.keys(micro.answer as object).join(' ') },
        limits: defaultLimits,
      },
      { signal: new AbortController().signal, onPhase: () => {} },
    )
    try {
      expect(JSON.parse((await ask(sandbox)).body)).toEqual(micro.answer)
    } finally {
      await destroySandbox(context, sandbox, { graceSeconds: 0 })
    }
  })
})
