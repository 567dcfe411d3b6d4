import { spawn } from 'node:child_process'
import { MicropushError } from '../../contract/errors.ts'

interface Tool {
  readonly name: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

const KEPT_BYTES = 8192
/** A line that repeats a whole command's arguments helps nobody. */
const LINE_CHARACTERS = 300

/**
 * Runs one of the host's programs, with the host's own configuration of mirrors, proxies and certificates.
 *
 * @returns what it wrote to standard output.
 * @throws MicropushError `runtime-unavailable` with its last lines when it fails, or the signal's reason when aborted.
 */
export async function runTool({ name, args, cwd, signal, timeoutMs }: Tool): Promise<string> {
  signal.throwIfAborted()
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const child = spawn(name, args, { cwd, signal: deadline, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors = (errors + chunk).slice(-KEPT_BYTES)
  })
  const failure = await new Promise<unknown>((resolve) => {
    let fault: unknown
    child.on('error', (error) => (fault = error))
    child.on('close', (code) => resolve(fault ?? (code === 0 ? undefined : new Error(lastLines(errors)))))
  })
  if (failure === undefined) return Buffer.concat(output).toString('utf8')
  signal.throwIfAborted()
  throw explain(name, failure)
}

function explain(name: string, failure: unknown): MicropushError {
  if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') {
    return new MicropushError(
      'runtime-unavailable',
      `The operator's machine lacks the program \`${name}\`, which makes this runtime's image. Ask the operator to install it.`,
      { cause: failure },
    )
  }
  const words = failure instanceof Error ? failure.message : String(failure)
  return new MicropushError('runtime-unavailable', `\`${name}\` failed while it made this runtime's image: ${words}`, {
    cause: failure,
  })
}

function lastLines(text: string): string {
  return text
    .trim()
    .split('\n')
    .slice(-4)
    .map((line) => (line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}…` : line))
    .join(' · ')
}
