import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

const LONGEST_BYTES = 5 * 1024 * 1024

/**
 * A request's JSON body, or undefined when there is none.
 *
 * @throws Refusal 413 past 5 MB, 400 when it is not JSON.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request)
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'Problems parsing JSON')
  }
}

/**
 * Reads to the end even when it is too much, and keeps nothing of that: a connection that is left in the middle of a body cannot
 * carry the answer.
 *
 * @throws Refusal 413 past 5 MB.
 */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= LONGEST_BYTES) chunks.push(chunk)
    else chunks.length = 0
  }
  if (bytes > LONGEST_BYTES) throw new Refusal(413, 'Request body is larger than 5 MB')
  return Buffer.concat(chunks).toString('utf8')
}
