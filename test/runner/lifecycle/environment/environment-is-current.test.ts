import { expect, it } from 'vitest'
import { putSecrets } from '../../../../cli/secrets/put-secrets.ts'
import { parseTarget } from '../../../../cli/target.ts'
import { noteRepository } from '../../../../contract/store/repository/repositories.ts'
import { environmentIsCurrent } from '../../../../runner/lifecycle/environment/environment-is-current.ts'
import { microEnvironment } from '../../../../runner/lifecycle/environment/micro-environment.ts'
import { secretsToStart } from '../../../../runner/secrets/secrets-to-start.ts'
import { startTestRunner } from '../../support/runner.ts'

it('an environment is current until a secret of it is changed', async () => {
  await using parts = await startTestRunner()
  const { runner } = parts
  const deployment = await parts.starting()
  await noteRepository(runner.store, { ...deployment, sequence: deployment.sequence })
  const set = (value: string) =>
    putSecrets(
      { store: runner.store, key: runner.masterKey },
      { target: parseTarget('ada/hello'), scope: 'production', values: new Map([['TOKEN', value]]), replace: 'none' },
    )
  const environment = async () =>
    microEnvironment(deployment, { origin: runner.settings, secrets: await secretsToStart(runner, deployment) })
  await set('the old one')
  const before = await environment()
  expect(await environmentIsCurrent(runner, deployment, before)).toBe(true)
  await set('the new one')
  expect(await environmentIsCurrent(runner, deployment, before)).toBe(false)
  expect(await environmentIsCurrent(runner, deployment, await environment())).toBe(true)
})
