import type { MicroConfig } from '../../config.ts'
import { MICRO_NAME, slug } from '../../names.ts'
import { quote } from '../quote.ts'
import { RUNTIME } from '../fields/read-fields.ts'
import type { Place } from '../findings.ts'
import type { Mapping } from '../document/tree.ts'
import { textOf, warnOfUnknown } from './lenient-values.ts'
import { plainMicro, type LegacyContext } from './plain-micro.ts'
import { readPresets } from './read-presets.ts'

/** The keys that Deta's button for deploying knew. */
const KNOWN = ['name', 'description', 'runtime', 'env', 'cron']

/** The one micro that a deta.json describes: https://github.com/deta/cloud-docs, "Deploy to Deta button". */
export function readDetaJson(file: Mapping, context: LegacyContext): MicroConfig {
  const plain = plainMicro('deta', context)
  const runtime = readRuntime(file, context)
  warnOfCron(file, context)
  warnOfUnknown(file, KNOWN, context)
  return {
    ...plain,
    name: readName(file, context) ?? plain.name,
    ...(runtime === undefined ? {} : { runtime }),
    env: readPresets(file.entries.get('env'), { ...context, words: { name: 'key', value: ['value', 'default'] } }),
  }
}

function readName(file: Mapping, context: LegacyContext): string | undefined {
  const text = textOf(file, 'name', context)
  if (text === undefined || MICRO_NAME.test(text)) return text
  if (!/[a-z\d]/i.test(text)) {
    context.findings.warn(
      placeOf(file, 'name'),
      `name: ${quote(text)} has no letter for an address; the repository's name is used`,
    )
    return undefined
  }
  const name = slug(text)
  context.findings.warn(placeOf(file, 'name'), `name: ${quote(text)} is called "${name}" here`)
  return name
}

function readRuntime(file: Mapping, context: LegacyContext): string | undefined {
  const text = textOf(file, 'runtime', context)
  if (text === undefined || RUNTIME.test(text)) return text
  context.findings.warn(placeOf(file, 'runtime'), `runtime: ${quote(text)} is none; the files of the micro decide`)
  return undefined
}

function warnOfCron(file: Mapping, context: LegacyContext): void {
  if (textOf(file, 'cron', context) === undefined) return
  context.findings.warn(
    placeOf(file, 'cron'),
    'cron: this micropush does not run schedules yet; nothing calls the micro by itself',
  )
}

function placeOf(file: Mapping, key: string): Place {
  return file.entries.get(key) ?? file
}
