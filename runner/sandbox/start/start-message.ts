import type { Language } from '../../../runtimes/catalogue.ts'
import { loaderCommand, runtimeEnvironment, shellCommand } from '../../../runtimes/launch.ts'
import type { StartMessage } from './control-protocol.ts'
import { APP_PORT, type SandboxSpec } from '../sandbox.ts'

/** What init is told to run where nobody's app is known yet. */
export function cellMessage(language: Language): StartMessage {
  const env = { ...runtimeEnvironment(language), PORT: String(APP_PORT) }
  return { mode: 'cell', argv: loaderCommand(language), env }
}

/** What init is told to run. The micro's own variables win over the runtime's, but the port is ours: we wait for it. */
export function startMessage(spec: Pick<SandboxSpec, 'launch' | 'language' | 'env'>): StartMessage {
  const env = { ...runtimeEnvironment(spec.language), ...spec.env, PORT: String(APP_PORT) }
  switch (spec.launch.kind) {
    case 'loader':
      return { mode: 'loader', argv: loaderCommand(spec.launch.language, spec.launch.entry), env }
    case 'command':
      return { mode: 'command', argv: shellCommand(spec.launch.command), env }
  }
}
