/**
 * Prints how a command is used where it was called without arguments or asked for help; gives the exit code then, and undefined where it
 * is to do its work.
 */
export function showUsage([first]: readonly string[], usage: string): 0 | 2 | undefined {
  if (first !== undefined && first !== '--help') return undefined
  console.error(usage)
  return first === undefined ? 2 : 0
}
