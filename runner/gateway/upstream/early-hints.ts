import type { Call } from '../request/call.ts'

/** Passes on the Link fields of a 103 (RFC 8297), which are what browsers use it for. */
export function passEarlyHints(call: Call, rawHeaders: readonly string[]): void {
  if (call.request.httpVersion !== '1.1') return
  const links: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'link') links.push(rawHeaders[index + 1] ?? '')
  }
  if (links.length === 0) return
  try {
    call.response.writeInformation(103, { Link: links })
  } catch {
    // A hint that Node refuses to send is one that nobody misses.
  }
}
