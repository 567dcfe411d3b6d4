/** Control characters, blanks and what git has other uses for. */
// oxlint-disable-next-line no-control-regex
const forbidden = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|^\/|\/$|\.lock(?:\/|$)|(?:^|\/)\./

/** Whether git can have a branch of this name, without `refs/heads/`: git-check-ref-format(1). */
export function isBranchName(name: string): boolean {
  return name !== '' && !forbidden.test(name)
}
