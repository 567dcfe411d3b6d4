import type { Deployment } from '../../contract/deployment.ts'
import { MicropushError } from '../../contract/errors.ts'
import type { MicroSecrets } from './micro-secrets.ts'

type Of = Pick<Deployment, 'owner' | 'repository' | 'config'>

/** @throws MicropushError `secret-missing` when one that the config asks for is not set. */
export function requireSecrets({ owner, repository, config }: Of, { values }: Pick<MicroSecrets, 'values'>): void {
  const missing = config.secrets.filter((name) => !Object.hasOwn(values, name))
  const [first] = missing
  if (first === undefined) return
  const which =
    missing.length === 1 ? `The secret ${first} is not set` : `These secrets are not set: ${missing.join(', ')}`
  const target = `${owner}/${repository}/${config.name}`
  throw new MicropushError(
    'secret-missing',
    `${which}. Set it: micropush secrets set ${target} ${first}; then: micropush restart ${target}`,
  )
}

/** Words for each variable of the config that a secret of the same name hides. */
export function hiddenVariables({ config }: Pick<Of, 'config'>, { values }: Pick<MicroSecrets, 'values'>): string[] {
  return Object.keys(config.env)
    .filter((name) => Object.hasOwn(values, name))
    .map((name) => `env.${name} is not used: a secret of the same name is set.`)
}
