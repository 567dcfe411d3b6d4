import { parseArgs } from 'node:util'
import { faultOfSecretName } from '../../contract/secrets/secret-name.ts'
import type { Scope } from '../../contract/secrets/scope.ts'
import { parseTarget } from '../target.ts'
import { UsageError } from '../usage-error.ts'
import { importSecrets } from './import-secrets.ts'
import { listAll } from './list-secrets.ts'
import { removeOne } from './remove-secret.ts'
import { resetSecrets } from './reset-secrets.ts'
import { setOne } from './set-secret.ts'

const usage = `usage: micropush secrets set <owner>/<repo>[/<micro>] NAME [--preview]
           asks for the value, or takes it from standard input
       micropush secrets import <owner>/<repo>[/<micro>] FILE [--preview] [--replace]
           lines of NAME=value; with --replace those that are not in the file are removed
       micropush secrets list <owner>/<repo>[/<micro>]
           names and dates, never values
       micropush secrets remove <owner>/<repo>[/<micro>] NAME [--preview]
       micropush secrets reset --yes
           after the master key was lost: forgets all secrets of all repositories

Without <micro> a secret is for all micros of the repository; a micro's own wins. Previews have secrets of their own: --preview.
What is changed reaches a micro with: micropush restart <owner>/<repo>[/<micro>]`

/** `micropush secrets …`; gives the exit code. */
export async function secrets(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [command, ...rest] = args
  if (command === undefined || command === 'help' || command === '--help') {
    console.error(usage)
    return command === undefined ? 2 : 0
  }
  const { positionals, values } = parse(rest)
  const scope: Scope = values.preview ? 'preview' : 'production'
  const [first, second] = positionals
  switch (command) {
    case 'set': {
      const about = { target: parseTarget(first), scope, name: nameOf(second) }
      allowNoMore(
        positionals,
        2,
        'A value is never taken from the command line, where every user of this machine can read it',
      )
      return setOne(about, signal)
    }
    case 'import': {
      const about = {
        target: parseTarget(first),
        scope,
        file: fileOf(second),
        replace: values.replace ? 'others' : 'none',
      } as const
      allowNoMore(positionals, 2, 'One file at a time')
      return importSecrets(about, signal)
    }
    case 'list':
      allowNoMore(positionals, 1, 'One repository at a time')
      return listAll(parseTarget(first))
    case 'remove':
      allowNoMore(positionals, 2, 'One name at a time')
      return removeOne({ target: parseTarget(first), scope, name: nameOf(second) })
    case 'reset':
      if (!values.yes)
        throw new UsageError('This forgets all secrets of all repositories, for good. Add --yes if you mean it.')
      return resetSecrets()
    default:
      throw new UsageError(`"${command}" is none of: set, import, list, remove, reset. See: micropush secrets`)
  }
}

function parse(args: readonly string[]) {
  try {
    const options = { preview: { type: 'boolean' }, replace: { type: 'boolean' }, yes: { type: 'boolean' } } as const
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

function nameOf(name: string | undefined): string {
  if (name === undefined) throw new UsageError('Name the secret, such as STRIPE_KEY.')
  // What stands behind it may be the secret itself, and is not repeated.
  if (name.includes('='))
    throw new UsageError('Give the name alone: the value is asked for, or taken from standard input.')
  const fault = faultOfSecretName(name)
  if (fault !== undefined) throw new UsageError(`"${name}" ${fault}.`)
  return name
}

function fileOf(file: string | undefined): string {
  if (file === undefined) throw new UsageError('Name the file, or - for standard input.')
  return file
}

function allowNoMore(positionals: readonly string[], most: number, why: string): void {
  if (positionals.length > most) throw new UsageError(`${why}. See: micropush secrets`)
}
