import { afterAll, expect, it } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { destroySandbox } from '../../../runner/sandbox/destroy-sandbox.ts'
import { startSandbox } from '../../../runner/sandbox/start-sandbox.ts'
import { imagesOf } from '../runtimes/images.ts'
import { ask, openStage as openSandboxStage } from '../sandbox/stage.ts'
import { openStage } from './stage.ts'

const stage = await openStage()
const sandboxes = await openSandboxStage('runc')
afterAll(async () => {
  await sandboxes.close()
  await stage[Symbol.asyncDispose]()
})

const runtime = 'python3.13'
const main = `import pandas
def app(environ, start_response):
    start_response("200 OK", [])
    return [str(pandas.Series([1, 2, 3]).sum()).encode()]
`

it('scikit-learn with pandas is more than a micro may install, and the words say of what and from which line', async () => {
  const files = { 'main.py': main, 'requirements.txt': '# a model\nscikit-learn==1.7.2\npandas==2.3.3\n' }
  const { error, output } = await stage.build(files, { config: { runtime } })
  expect(error, output).toMatchObject({ code: 'dependencies-too-large' })
  console.log(error?.message)
  expect(error?.message).toMatch(/^The dependencies take [2-9]\d\d MB, and 250 MB are allowed\. The largest: /)
  expect(error?.message).toMatch(/\bscikit-learn [\d.]+ MB \(requirements\.txt, line 2\)/)
  expect(error?.message).toMatch(/\bpandas [\d.]+ MB \(requirements\.txt, line 3\)/)
  // Asked for by those two, and so by no line.
  expect(error?.message).toMatch(/\bscipy [\d.]+ MB[,.]/)
})

it('pandas alone fits, and is served', async () => {
  const built = await stage.build({ 'main.py': main, 'requirements.txt': 'pandas==2.3.3\n' }, { config: { runtime } })
  expect(built.error, built.output).toBeUndefined()
  expect(built.result?.sizes.dependencyBytes).toBeGreaterThan(50 * 1024 ** 2)
  expect(built.result?.sizes.dependencyBytes).toBeLessThan(defaultLimits.dependencyBytes)
  const sandbox = await startSandbox(
    sandboxes.context,
    {
      deploymentId: 'pandas',
      micro: 'hello',
      image: (await imagesOf(runtime)).sandbox,
      launch: { kind: 'loader', language: 'python', entry: 'main.py' },
      language: 'python',
      appDir: stage.app(built),
      dependenciesDir: stage.dependencies(built),
      env: {},
      limits: defaultLimits,
    },
    { signal: new AbortController().signal, onPhase: () => {} },
  )
  try {
    expect((await ask(sandbox)).body).toBe('6')
  } finally {
    await destroySandbox(sandboxes.context, sandbox, { graceSeconds: 0 })
  }
})
