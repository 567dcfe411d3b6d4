import { expect, it } from 'vitest'
import { tellingLine } from '../../../../runner/build/builder/telling-line.ts'

it.each([
  [
    'the cause among npm’s lines',
    'npm error code ETARGET\nnpm error notarget No matching version found for ms@99.0.0.\nnpm error notarget In most cases you or one of your dependencies\nnpm error A complete log of this run can be found in: /tmp/x-debug-0.log\n',
    'notarget No matching version found for ms@99.0.0.',
  ],
  ['an old npm’s line', 'npm ERR! code E404\nnpm ERR! 404 Not Found - a\n', '404 Not Found - a'],
  [
    'pip’s last error',
    'Collecting x\nERROR: Could not find a version that satisfies the requirement x==9 (from versions: 1.0)\nERROR: No matching distribution found for x==9\n[notice] A new release of pip is available',
    'No matching distribution found for x==9',
  ],
  [
    'what pip found to contradict each other',
    'ERROR: Cannot install a==1.0 because these package versions have conflicting dependencies.\n\nThe conflict is caused by:\n    a 1.0 depends on b>=9\n    The user requested b==1\n\nTo fix this you could try to:\n1. loosen the range\n\nERROR: ResolutionImpossible: for help visit x\n',
    'conflicting requirements: a 1.0 depends on b>=9; The user requested b==1',
  ],
  [
    'git’s word when pip cannot clone',
    "  Running command git clone x\n  fatal: repository 'https://example.com/a.git/' not found\n  error: subprocess-exited-with-error\n  × git clone x did not run successfully.\n  │ exit code: 128\n  ╰─> See above for output.\nerror: subprocess-exited-with-error\n",
    "fatal: repository 'https://example.com/a.git/' not found",
  ],
  [
    'the sentence under a code of pip’s',
    'error: connection-failed\n\n× Failed to connect to http://example.com/lib-1.0.tar.gz\n╰─> connection refused\n\nhint: check the URL\n',
    '× Failed to connect to http://example.com/lib-1.0.tar.gz',
  ],
  ['an exception', 'start\nTypeError: x is not a function\n    at a.js:1:1\n', 'TypeError: x is not a function'],
  ['the last line where nothing looks like an error', 'one\n\u001B[31mtwo\u001B[0m\n\n', 'two'],
])('is %s', (_, output, line) => {
  expect(tellingLine(output)).toBe(line)
})

it('is cut when it is very long, and absent when there is no output', () => {
  expect(tellingLine(`error: ${'x'.repeat(1000)}`)?.length).toBe(300)
  expect(tellingLine('\n \n')).toBeUndefined()
})

// What takes the square of a line's length needs half a minute for each of these, and the test's own deadline ends it.
it.each([
  ['one endless word', 'a'.repeat(256 * 1024)],
  ['errors without end', 'Error '.repeat(64 * 1024)],
])('is found at once in %s', (_, output) => {
  expect(tellingLine(output)?.length).toBe(300)
})
