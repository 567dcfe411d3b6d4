interface Dealt {
  readonly sha: string
  readonly branch: string
  /** Names of the micros that the config file has; undefined when there is no file. */
  readonly named: readonly string[] | undefined
  readonly deployed: readonly string[]
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
  /** Keys of the micros that ended. */
  readonly ended: readonly string[]
}

/** What was made of a push, for whoever asks why nothing was deployed. */
export function describePush({ sha, branch, named, deployed, skipped, ended }: Dealt): string {
  const at = sha.slice(0, 7)
  const words = [
    ...(deployed.length === 0 ? [] : [`deploys ${deployed.join(', ')} at ${at}`]),
    ...skipped.map(({ name, why }) => `${name} skipped: ${why}`),
    ...(ended.length === 0 ? [] : [`ended ${ended.map((key) => key.split('/')[1]).join(', ')}`]),
  ]
  if (words.length > 0) return words.join('; ')
  if (named === undefined) return `no config file at ${at}`
  if (named.length === 0) return `no micros in the config file at ${at}`
  return `${named.join(', ')}: not deployed from ${branch}`
}
