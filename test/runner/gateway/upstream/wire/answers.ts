/** A small generator of numbers that gives the same ones for the same seed. */
export function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

const STARTS = [
  'HTTP/1.1 200 OK',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 204 No',
  'HTTP/1.1 304 ',
  'HTTP/1.1 500',
  'HTTP/1.1 404 Nö',
]
const ODD_STARTS = [
  'HTTP/1.1 20 OK',
  'HTTP/1.1  200 OK',
  'HTTP/2.0 200 OK',
  'http/1.1 200 OK',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 101 Go',
  '\r\nHTTP/1.1 200 OK',
  'HTTP/1.1 200\tOK',
]
const FIELDS = [
  'X-A: 1',
  'x-b:2',
  'X-C: \t a b \t',
  'X-D:',
  'Connection: close',
  'Connection: keep-alive',
  'Content-Type: text/plain',
  'Set-Cookie: a=ü',
]
const FRAMES = [
  'Content-Length: 5',
  'content-length: 5',
  'Transfer-Encoding: chunked',
  'transfer-encoding: Chunked',
  'Content-Length: 0',
  '',
]
const ODD_FIELDS = [
  'Content-Length: 5',
  'Content-Length: 05',
  'Content-Length: 5, 5',
  'Content-Length: 5 ',
  'Content-Length: +5',
  'Content-Length: 0x5',
  'Content-Length:',
  'Content-Length : 5',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding:\tchunked',
  'Transfer_Encoding: chunked',
  ' X-Folded: 1',
  'X Y: 1',
  'X\0Y: 1',
  'X-A: a\rb',
  'X-A: a\nb',
  'X-A: a\0b',
  'X-A',
  ': 1',
  'X-A: a\x7fb',
  'Upgrade: websocket',
  'Connection: upgrade',
  'Connection: Upgrade, close',
]
const BODIES = [
  'hello',
  'hel',
  'hello and more',
  '5\r\nhello\r\n0\r\n\r\n',
  '2\r\nhe\r\n003\r\nllo\r\n0\r\n\r\n',
  '5;a=b;c="d;\\"e"\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n0\r\nX-T: 1\r\nX-U: 2\r\n\r\n',
  '5\r\nhello\r\n0\r\n',
  '',
]
const ODD_BODIES = [
  '5 \r\nhello\r\n0\r\n\r\n',
  '5\nhello\n0\n\n',
  '0x5\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello0\r\n\r\n',
  '5\r\nhelloo\r\n0\r\n\r\n',
  '-5\r\nhello\r\n0\r\n\r\n',
  'fffffffffffffffff\r\nhello',
  '5;\r\nhello\r\n0\r\n\r\n',
  '5;a=\x01\r\nhello\r\n0\r\n\r\n',
  '5;a b\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n0\r\nX T: 1\r\n\r\n',
  '5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n',
  '5\r\nhello\r\n0\r\n folded\r\n\r\n',
  '\r\n5\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n00\r\n\r\n',
  '5\r\r\nhello\r\n0\r\n\r\n',
]
const INFORMATION = [
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
  'HTTP/1.1 102 P\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.0 103 Early Hints\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n',
]
const ODD_BYTES = ['\0', '\r', '\n', '\r\n', ' ', '\t', ':', '\x7f', '\xff', '0', 'HTTP/1.1 200 OK\r\n\r\n']

/** An answer, most often nearly right: what is right and what is nearly so is where two readers part. */
export function makeAnswer(roll: (sides: number) => number): string {
  const pick = (of: readonly string[]): string => of[roll(of.length)] ?? ''
  const odd = (of: readonly string[], others: readonly string[]): string => pick(roll(8) === 0 ? others : of)
  let text = roll(6) === 0 ? pick(INFORMATION) : ''
  text += `${odd(STARTS, ODD_STARTS)}\r\n`
  for (let count = roll(4); count > 0; count -= 1) text += `${odd(FIELDS, ODD_FIELDS)}\r\n`
  const frame = pick(FRAMES)
  if (frame !== '') text += `${frame}\r\n`
  if (roll(6) === 0) text += `${pick(ODD_FIELDS)}\r\n`
  text += `\r\n${odd(BODIES, ODD_BODIES)}`
  for (let count = roll(3) === 0 ? 1 + roll(2) : 0; count > 0; count -= 1) {
    const at = roll(text.length + 1)
    const cut = roll(3) === 0 ? roll(4) : 0
    text = text.slice(0, at) + (roll(3) === 0 ? '' : pick(ODD_BYTES)) + text.slice(at + cut)
  }
  return text
}

/** The same bytes in pieces as a network might cut them: whole, into a few, or one by one. */
export function cut(text: string, roll: (sides: number) => number): Buffer[] {
  const bytes = Buffer.from(text, 'latin1')
  const pieces: Buffer[] = []
  const longest = [bytes.length, 20, 1][roll(3)] ?? 1
  for (let at = 0; at < bytes.length;) {
    const length = 1 + roll(longest)
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return pieces
}
