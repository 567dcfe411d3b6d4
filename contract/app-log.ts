import { z } from 'zod'
import { cleanLine } from './text/clean-text.ts'

/** Whose words a line is: the app's standard output or error, or ours about it. */
const appStreams = ['out', 'err', 'micropush'] as const

export type AppStream = (typeof appStreams)[number]

export const appLine = z.strictObject({
  atMs: z.number(),
  stream: z.enum(appStreams),
  /** As the app wrote it, control characters and all: `cleanLine` before it is shown. */
  text: z.string(),
})

export type AppLine = Readonly<z.infer<typeof appLine>>

/** `2026-11-24 09:00:00.123 out  text`, the time in UTC. */
export function formatAppLine({ atMs, stream, text }: AppLine): string {
  const time = new Date(atMs).toISOString().replace('T', ' ').slice(0, 23)
  return `${time} ${stream === 'micropush' ? '==>' : stream}  ${cleanLine(text)}`
}
