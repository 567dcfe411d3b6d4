type Data = Readonly<Record<string, unknown>>

export interface Log {
  readonly info: (message: string, data?: Data) => void
  readonly warn: (message: string, data?: Data) => void
  readonly error: (message: string, data?: Data) => void
}

/**
 * One JSON object a line; fixed words in `message`, what varies beside it.
 *
 * @param of what every line is to say, such as which worker writes it.
 */
export function createLog(write: (line: string) => void, of: Data = {}): Log {
  const line = (level: string) => (message: string, data?: Data) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, part: 'gateway', ...of, message, ...data })}\n`)
  return { info: line('info'), warn: line('warn'), error: line('error') }
}
