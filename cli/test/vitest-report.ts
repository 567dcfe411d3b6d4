/** What vitest's JSON reporter writes, as far as we read it: https://vitest.dev/guide/reporters#json-reporter */
export interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly {
    /** Path of the test's file. */
    readonly name: string
    readonly status: string
    readonly message?: string
  }[]
}

/** More files than these fail for a reason that lies in the code. */
const MOST_FILES = 5

/**
 * The failed files that may be run once more, alone: those whose tests share the machine with others, where a moment without a processor
 * can break a deadline. Empty when one of the failed files is not of that kind, or when too many failed.
 *
 * @param root the checkout, whose folders say of which kind a file is.
 */
export function filesToRepeat({ testResults }: Pick<VitestReport, 'testResults'>, root: string): readonly string[] {
  const failed = [...new Set(testResults.filter(({ status }) => status === 'failed').map(({ name }) => name))]
  const shares = failed.every((name) =>
    sharesTheMachine(name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name),
  )
  return shares && failed.length <= MOST_FILES ? failed : []
}

function sharesTheMachine(path: string): boolean {
  return /^test\/(?:engine|journey)\//.test(path) || path.endsWith('.long.test.ts')
}
