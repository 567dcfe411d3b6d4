import { request, type RequestOptions } from 'node:http'

const DEADLINE_MS = 5000

/** The body of an answer of one of our processes, whatever its status; rejects when none comes within 5 s. */
export async function getText(options: RequestOptions): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const asked = request({ ...options, signal: AbortSignal.timeout(DEADLINE_MS), agent: false }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    response.on('end', () => resolve(text)).on('error', reject)
  })
  asked.on('error', reject)
  asked.end()
  return promise
}
