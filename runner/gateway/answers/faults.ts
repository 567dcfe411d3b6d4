/** What an answer of ours says; the page and the JSON are made of it. */
export interface FaultText {
  readonly status: number
  readonly title: string
  /** What happened, for whoever made the request. */
  readonly message: string
  /** What whoever made the request can do. */
  readonly hint?: string
  /** What the micro's owner can do. */
  readonly owner?: string
}

const faults = {
  'host-unknown': {
    status: 404,
    title: 'There is no micro here',
    message: 'No micro answers at this address.',
    hint: 'Check the address for typing mistakes.',
    owner:
      'The link in its commit status is the right one, and a deleted branch or a removed config file takes its endpoint away.',
  },
  'too-large': {
    status: 413,
    title: 'That request is too large',
    message: 'The request body is larger than this micro accepts.',
    hint: 'Send less, or in smaller parts.',
    owner: 'Raise limits.payload in its config file, or let clients upload to an object store directly.',
  },
  'target-invalid': {
    status: 400,
    title: 'That request makes no sense',
    message: 'The request target is no path, or it names another host than the Host header does.',
    hint: 'Ask for a path such as /hello, at the host that the Host header names.',
  },
  'host-invalid': {
    status: 400,
    title: 'That request names no host',
    message: 'The request has no valid Host header, or more than one.',
    hint: 'Send exactly one Host header that holds the name of the endpoint.',
  },
  'framing-ambiguous': {
    status: 400,
    title: 'That request makes no sense',
    message: 'Content-Length and Transfer-Encoding leave the end of the request body open to interpretation.',
    hint: 'Send either one Content-Length in digits or "Transfer-Encoding: chunked".',
  },
  malformed: {
    status: 400,
    title: 'That request makes no sense',
    message: 'The request is not valid HTTP/1.1.',
    hint: 'Check what the client sends; a browser or curl gets it right.',
  },
  'method-refused': {
    status: 405,
    title: 'That method is not passed on',
    message: 'CONNECT and TRACE requests do not reach micros.',
    hint: 'Use another method.',
  },
  'too-slow': {
    status: 408,
    title: 'The request took too long to arrive',
    message: 'The request was not complete in time.',
    hint: 'Try again, over a better connection if need be.',
  },
  'target-too-long': {
    status: 414,
    title: 'That address is too long',
    message: 'The path and query of the request have more than 16 KB.',
    hint: 'Send what is long in the body of a POST request.',
  },
  'expectation-unknown': {
    status: 417,
    title: 'That expectation cannot be met',
    message: 'The only expectation that is understood is 100-continue.',
    hint: 'Leave the Expect header out.',
  },
  'head-too-large': {
    status: 431,
    title: 'Those request headers are too large',
    message: 'The request has more than 32 KB of headers, or more than 200 of them.',
    hint: 'Often old cookies are the reason: delete the cookies for this site and try again.',
  },
  'version-unknown': {
    status: 505,
    title: 'That version of HTTP is not spoken here',
    message: 'The request is neither HTTP/1.1 nor HTTP/1.0.',
    hint: 'Use HTTP/1.1.',
  },
  crashed: {
    status: 502,
    title: 'The micro broke off',
    message: 'The micro ended or closed the connection before it had answered.',
    hint: 'Try again.',
    owner: 'Its log says what happened; look for an exception or for a process that used up its memory.',
  },
  'out-of-memory': {
    status: 502,
    title: 'The micro ran out of memory',
    message: 'The micro used more memory than its limit, and was ended.',
    hint: 'Try again; it is started anew.',
    owner: 'Use less at a time, stream instead of collecting, or raise limits.memory in its config file.',
  },
  'out-of-processes': {
    status: 502,
    title: 'The micro ran out of processes',
    message: 'The micro ended after it had reached its limit of processes and threads.',
    hint: 'Try again; it is started anew.',
    owner: 'Start fewer processes and threads at a time, or raise limits.processes in its config file.',
  },
  unreachable: {
    status: 502,
    title: 'The micro does not listen',
    message: 'The micro runs, but it accepts no connection.',
    hint: 'Try again in a moment.',
    owner: 'See in its log whether its server is still there.',
  },
  'reply-invalid': {
    status: 502,
    title: 'The micro gave no valid answer',
    message: 'What the micro sent is not a valid HTTP answer, or its headers are too large.',
    owner: 'It has to speak HTTP/1.1, with at most 32 KB of headers and 200 of them, and a status from 200 to 599.',
  },
  'reply-too-large': {
    status: 502,
    title: 'The answer is too large',
    message: 'The micro wanted to send a larger answer than it is allowed to.',
    owner: 'Send less or in pages, raise limits.payload in its config file, or link to an object store.',
  },
  timeout: {
    status: 504,
    title: 'The micro took too long',
    message: 'The micro did not answer within its execution time.',
    hint: 'Try again.',
    owner: 'Make the handler faster, answer first and work afterwards, or raise limits.timeout in its config file.',
  },
  unavailable: {
    status: 503,
    title: 'The micro cannot be started',
    message: 'The micro did not start.',
    hint: 'Try again later.',
    owner: 'Its log and the status of its last commit say why.',
  },
  'wake-late': {
    status: 503,
    title: 'The micro is slow to wake',
    message: 'The micro did not wake in time.',
    hint: 'Try again in a few seconds.',
  },
  busy: {
    status: 503,
    title: 'Too many are waiting',
    message: 'Too many requests already wait for this micro to wake.',
    hint: 'Try again in a few seconds.',
  },
  'no-engine': {
    status: 503,
    title: 'Back in a moment',
    message: 'The micro sleeps, and the part of the server that wakes it is not there at the moment.',
    hint: 'Try again in a few seconds.',
  },
  'no-table': {
    status: 503,
    title: 'Back in a moment',
    message: 'The server has only just started and does not know its micros yet.',
    hint: 'Try again in a few seconds.',
  },
} as const satisfies Record<string, FaultText>

/** The closed list of reasons for which the gateway itself answers. */
export type Fault = keyof typeof faults

/** An answer's words; the engine's own, where it knows better than we do. */
export function faultText(fault: Fault, message?: string): FaultText {
  const text: FaultText = faults[fault]
  return message === undefined || message === '' ? text : { ...text, message }
}
