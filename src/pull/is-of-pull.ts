/** Whether a target's key (`targetKey`) is that of a preview of one pull request. */
export function isOfPull(key: string, pull: number): boolean {
  return key.endsWith(`/pr-${pull}`)
}
