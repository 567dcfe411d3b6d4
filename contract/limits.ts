/** Every number that a micro is promised, in one place. Sizes are binary: 1 MB is 1024 × 1024 bytes, as Docker and `dd` count. */
const KB = 1024
const MB = 1024 * KB
const SECOND = 1000

/** What one micro may use. A unit stands in each name. */
export interface Limits {
  /** Time to the first byte of an answer, and then between two bytes. */
  readonly timeoutMs: number
  readonly memoryBytes: number
  /** Size of `/tmp`, the only place that can be written. */
  readonly tmpBytes: number
  /** Processes and threads together. */
  readonly processes: number
  /** HTTP body, request and response each. */
  readonly payloadBytes: number
  readonly sourceBytes: number
  readonly dependencyBytes: number
}

/** What a micro gets when its file asks for nothing, and the most it gets unless the operator granted more. */
export const defaultLimits: Limits = {
  timeoutMs: 10 * SECOND,
  memoryBytes: 512 * MB,
  tmpBytes: 512 * MB,
  processes: 1024,
  payloadBytes: 5.5 * MB,
  sourceBytes: 250 * MB,
  dependencyBytes: 250 * MB,
}

/** Limits of the platform itself, the same for everybody. */
export const platformLimits = {
  sourceEntries: 50_000,
  webhookBodyBytes: 25 * MB,
  /** From the container's start to a listening app. */
  startMs: 30 * SECOND,
  /** How many bytes of a build's output are kept for its log. */
  logBytes: 1 * MB,
  /** What one deployment's app may write to its log; what is more is left out, and how much that was is noted. */
  appLogLinesPerSecond: 1000,
  appLogBytesPerSecond: 256 * KB,
  /** How much of one deployment's app log is kept, the newest; of all of them together, the longest ones are cut first; and for how long. */
  appLogBytes: 5 * MB,
  appLogBytesOfAll: 256 * MB,
  appLogDays: 30,
  /** Deployments of one micro that are kept for roll-back and permanent endpoints. */
  keptDeployments: 5,
  /** GitHub refuses a longer description with 422. */
  statusDescriptionCharacters: 140,
} as const
