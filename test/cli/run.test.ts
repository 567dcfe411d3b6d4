import { expect, it } from 'vitest'
import { run } from '../../cli/run.ts'

it('a command’s standard output is given back, and its standard error line by line as it comes', async () => {
  const lines: string[] = []
  const output = await run(['sh', '-c', 'echo out; echo one >&2; echo "$WORD" >&2'], {
    env: { WORD: 'two' },
    onLine: (line) => lines.push(line),
  })
  expect([output, lines]).toEqual(['out\n', ['one', 'two']])
})

it('its output comes as lines too when asked for', async () => {
  const lines: string[] = []
  await run(['sh', '-c', 'echo out; printf last'], { onLine: (line) => lines.push(line), stdout: 'lines' })
  expect(lines).toEqual(['out', 'last'])
})

it('a command that fails is told with its exit code and what it said last', async () => {
  const failing = run(['sh', '-c', 'for n in $(seq 1 20); do echo line $n >&2; done; exit 3'])
  await expect(failing).rejects.toThrow(/^sh ended with exit code 3\.\nline 9\n[^]*line 20$/)
})

it('a command that is not there, or is given up, is an error', async () => {
  await expect(run(['/no/such/program'])).rejects.toThrow('ENOENT')
  const stop = new AbortController()
  const running = run(['sleep', '60'], { signal: stop.signal })
  stop.abort()
  await expect(running).rejects.toThrow(/abort/i)
})
