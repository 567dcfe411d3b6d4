import type { Socket } from 'node:net'

interface LineOptions {
  readonly longestBytes: number
  readonly onLine: (line: string) => void
}

/** Calls `onLine` for each line without its end; a line that is too long ends the connection. */
export function readLines(socket: Socket, { longestBytes, onLine }: LineOptions): void {
  let parts: string[] = []
  let held = 0
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const lines = chunk.split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) {
      parts.push(line)
      onLine(parts.join(''))
      parts = []
      held = 0
    }
    if (last === '') return
    parts.push(last)
    held += last.length
    if (held > longestBytes) socket.destroy(new Error('line too long'))
  })
}
