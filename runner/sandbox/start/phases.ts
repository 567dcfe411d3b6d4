import type { ControlChannel } from './control-channel.ts'
import { encodeStart, type StartMessage } from './control-protocol.ts'

/** How a phase ended: reached, or what init said, or silence because it is no more. */
export type PhaseEnd =
  | { readonly kind: 'reached' }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'closed' }

/** Starts the runtime; reached when it is loaded, with no line of the app run yet. */
export async function load(channel: ControlChannel, message: StartMessage, signal: AbortSignal): Promise<PhaseEnd> {
  channel.send(encodeStart(message))
  return expect(channel, 'loaded', signal)
}

/** Gives an app to a loader that was started without; reached when all is as if it had been started with it. */
export async function adopt(channel: ControlChannel, message: StartMessage, signal: AbortSignal): Promise<PhaseEnd> {
  channel.send(encodeStart(message, 'adopt'))
  return expect(channel, 'adopted', signal)
}

/** Imports the app; reached when its top level has run. */
export async function importApp(channel: ControlChannel, signal: AbortSignal): Promise<PhaseEnd> {
  channel.send('import\n')
  return expect(channel, 'imported', signal)
}

/** Readies an imported app for being put on disk: from then on init looks for whoever listens for it. It is not reached by an app that serves its port already. */
export async function park(channel: ControlChannel, signal: AbortSignal): Promise<PhaseEnd> {
  channel.send('park\n')
  return expect(channel, 'parked', signal)
}

/** Makes the app listen; reached when its socket takes requests. */
export async function listen(channel: ControlChannel, signal: AbortSignal): Promise<PhaseEnd> {
  channel.send('listen\n')
  return expect(channel, 'listening', signal)
}

/** Waits for the one message that may come next. Another one in its place means that who talks is not init: the conversation is over. */
export async function expect(
  channel: ControlChannel,
  kind: 'hello' | 'loaded' | 'adopted' | 'imported' | 'parked' | 'listening',
  signal: AbortSignal,
): Promise<PhaseEnd> {
  const message = await channel.next(signal)
  if (message.kind === kind) return { kind: 'reached' }
  if (message.kind === 'failed') return message
  channel.close()
  return { kind: 'closed' }
}
