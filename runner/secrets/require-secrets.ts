import type { Deployment } from '../../contract/deployment.ts'
import { scopeOf } from '../../contract/secrets/scope.ts'
import { MicropushError } from '../../contract/errors.ts'
import type { MicroSecrets } from './micro-secrets.ts'

type Of = Pick<Deployment, 'owner' | 'repository' | 'config' | 'target'>

/**
 * What is kept from a deployment cannot be asked for by it.
 *
 * @throws MicropushError `secret-missing` when one that the config asks for is not set.
 */
export function requireSecrets(
  { owner, repository, config, target }: Of,
  { values }: Pick<MicroSecrets, 'values'>,
): void {
  if (scopeOf(target) === undefined) return
  const missing = config.secrets.filter((name) => !Object.hasOwn(values, name))
  const [first] = missing
  if (first === undefined) return
  const which =
    missing.length === 1 ? `The secret ${first} is not set` : `These secrets are not set: ${missing.join(', ')}`
  const name = `${owner}/${repository}/${config.name}`
  const advice =
    target.kind === 'preview'
      ? `micropush secrets set ${name} ${first} --preview; then comment /deploy`
      : `micropush secrets set ${name} ${first}; then: micropush restart ${name}`
  throw new MicropushError('secret-missing', `${which}. Set it: ${advice}`)
}

/** Words for what is kept from a deployment, where anything is. */
export function withheldSecrets({ withheld, target }: Pick<Deployment, 'withheld' | 'target'>): string[] {
  if (scopeOf(target) !== undefined || withheld === undefined || withheld.length === 0) return []
  return [`Without the secrets of previews, because it is from a fork: ${withheld.join(', ')}`]
}

/** Words for each variable of the config that a secret of the same name hides. */
export function hiddenVariables({ config }: Pick<Of, 'config'>, { values }: Pick<MicroSecrets, 'values'>): string[] {
  return Object.keys(config.env)
    .filter((name) => Object.hasOwn(values, name))
    .map((name) => `env.${name} is not used: a secret of the same name is set.`)
}
