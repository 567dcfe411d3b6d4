import { kindInWords, type Mapping, type Value } from '../document/tree.ts'
import { textOf } from './lenient-values.ts'
import type { LegacyContext } from './plain-micro.ts'

const MOST_COMMAND_BYTES = 4096

/** What micropush has done before the build begins; done again it would only take time, or fail where nothing can be written. */
const INSTALLS =
  /^(?:(?:npm|pnpm)(?: (?:i|install|ci))|yarn(?: install)?|(?:python3? -m )?pip3? install -r \.?\/?requirements\.txt)(?: --?[\w=-]+)*$/

/** The commands of a build as one script, which ends at the first one that fails. */
export function readBuild(value: Value | undefined, { findings }: LegacyContext): string | undefined {
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return undefined
  const items = value.kind === 'list' ? value.items : [value]
  const commands = items.flatMap((item) => {
    if (item.kind === 'text') return [item.text.trim()]
    findings.warn(item, `commands: ${kindInWords(item)} is no command; it is ignored`)
    return []
  })
  const script = commands.filter((command) => command !== '' && !INSTALLS.test(command)).join('\n')
  return usable(script, value, { findings, label: 'commands' })
}

/** The command that starts the micro. Space told uvicorn its port; gunicorn reads PORT by itself. */
export function readRun(group: Mapping, context: LegacyContext): string | undefined {
  const text = textOf(group, 'run', context)
  const value = group.entries.get('run')
  if (text === undefined || value === undefined) return undefined
  const command = usable(text, value, { findings: context.findings, label: 'run' })
  if (command === undefined) return undefined
  if (!/^(?:python3? -m )?uvicorn\b/.test(command) || /--(?:uds|fd)\b/.test(command)) return command
  const withPort = command.replace(/--port(?:=| +)\d+/, '--port $PORT')
  return withPort.includes('--port') ? withPort : `${command} --port $PORT`
}

function usable(
  text: string,
  value: Value,
  { findings, label }: Pick<LegacyContext, 'findings'> & { readonly label: string },
): string | undefined {
  if (text === '') return undefined
  if (!/\0/.test(text) && text.isWellFormed() && Buffer.byteLength(text) <= MOST_COMMAND_BYTES) return text
  findings.warn(
    value,
    `${label}: is no text that a shell can be given, or longer than ${MOST_COMMAND_BYTES} bytes; it is ignored`,
  )
  return undefined
}
