import { describeDealt } from '../deploy/describe-dealt.ts'

type Dealt = Parameters<typeof describeDealt>[0] & {
  readonly branch: string
  /** Names of the micros that the config file has; undefined when there is no file. */
  readonly named: readonly string[] | undefined
}

/** What was made of a push, for whoever asks why nothing was deployed. */
export function describePush({ branch, named, ...dealt }: Dealt): string {
  const words = describeDealt(dealt)
  if (words !== undefined) return words
  const at = dealt.sha.slice(0, 7)
  if (named === undefined) return `no config file at ${at}`
  if (named.length === 0) return `no micros in the config file at ${at}`
  return `${named.join(', ')}: not deployed from ${branch}`
}
