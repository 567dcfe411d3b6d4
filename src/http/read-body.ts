import type { IncomingMessage } from 'node:http'

export type ReadBody =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  /** Too many bodies are held at the same time. */
  | { readonly kind: 'busy' }
  /** The sender went away or was too slow. */
  | { readonly kind: 'broken' }

/** Memory for all bodies that are being read, so that strangers cannot fill it with unfinished ones. */
export interface BodyBudget {
  heldBytes: number
  readonly mostBytes: number
}

interface Reading {
  readonly mostBytes: number
  readonly budget: BodyBudget
}

/** The raw bytes of a request's body, counted while they come; nothing past `mostBytes` is kept. Never throws. */
export async function readBody(request: IncomingMessage, { mostBytes, budget }: Reading): Promise<ReadBody> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) return { kind: 'too-large' }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.byteLength
      budget.heldBytes += chunk.byteLength
      if (size > mostBytes) return { kind: 'too-large' }
      if (budget.heldBytes > budget.mostBytes) return { kind: 'busy' }
      chunks.push(chunk)
    }
    return { kind: 'body', bytes: Buffer.concat(chunks) }
  } catch {
    // The connection broke; there is nobody to answer to.
    return { kind: 'broken' }
  } finally {
    budget.heldBytes -= size
  }
}
