import { faultOfSecretName, faultOfSecretValue } from '../../contract/secrets/secret-name.ts'
import { RESERVED_ENV } from '../../contract/config/fields/read-env.ts'

export interface EnvFile {
  readonly values: ReadonlyMap<string, string>
  /** Names that micropush sets itself; files of Deta's have them. */
  readonly skipped: readonly string[]
  /** What is wrong, each with its line and never with a value. */
  readonly faults: readonly string[]
}

/**
 * Lines of `NAME=value` as Deta's command line read them: empty lines and those that begin with `#` are left out, the first `=` parts name
 * and value, quotation marks around a value go. There are no values of several lines, no `export` and no `${…}`.
 */
export function parseEnvFile(text: string): EnvFile {
  const values = new Map<string, string>()
  const skipped: string[] = []
  const faults: string[] = []
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const where = `line ${index + 1}`
    const at = line.indexOf('=')
    if (at <= 0) {
      faults.push(`${where} is not of the form NAME=value`)
      continue
    }
    const name = line.slice(0, at).trim()
    const value = line
      .slice(at + 1)
      .trim()
      .replace(/^"+|"+$/g, '')
    if (RESERVED_ENV.test(name)) {
      skipped.push(name)
      continue
    }
    const fault = faultOfSecretName(name)
    if (fault !== undefined) faults.push(`${where}: the name ${fault}`)
    const wrong = fault === undefined ? faultOfSecretValue(value) : undefined
    if (wrong !== undefined) faults.push(`${where}: the value of ${name} ${wrong}`)
    if (fault === undefined && wrong === undefined) values.set(name, value)
  }
  return { values, skipped, faults }
}
