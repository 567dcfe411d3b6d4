import { z } from 'zod'
import { MicropushError } from '../../../contract/errors.ts'
import { readIfAny } from './read-inputs.ts'

export interface PackageJson {
  readonly fields: Readonly<Record<string, unknown>>
  readonly scripts: Readonly<Record<string, string>>
}

const scripts = z.record(z.string(), z.string())

/** @throws MicropushError `install-failed` when it is not a JSON object. */
export async function readPackageJson(dir: string): Promise<PackageJson | undefined> {
  const text = await readIfAny(dir, 'package.json')
  if (text === undefined) return undefined
  const parsed = z.record(z.string(), z.unknown()).safeParse(parse(text))
  if (!parsed.success) throw new MicropushError('install-failed', 'package.json is not a JSON object.')
  const fields = parsed.data
  return { fields, scripts: scripts.safeParse(fields['scripts']).data ?? {} }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it cannot be read'
    throw new MicropushError('install-failed', `package.json is not valid JSON: ${reason}.`, { cause })
  }
}
