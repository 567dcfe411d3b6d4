import { expect, it } from 'vitest'
import { githubKind } from '../../../src/metrics/github-kind.ts'

const base = 'https://github.example/api/v3'
const sha = 'a'.repeat(40)

it.each([
  [`/repos/ada/hello/statuses/${sha}`, 'status'],
  [`/repos/ada/hello/commits/${sha}/status`, 'status'],
  ['/repos/ada/hello/deployments', 'deployment'],
  ['/repos/ada/hello/deployments/5/statuses', 'deployment'],
  ['/repos/ada/hello/check-runs/7', 'check'],
  ['/repos/ada/hello/issues/3/comments?per_page=100', 'comment'],
  ['/repos/ada/hello/issues/comments/9', 'comment'],
  ['/app/installations/3/access_tokens', 'token'],
  [`/repos/ada/hello/tarball/${sha}`, 'source'],
  ['/repos/ada/hello/contents/micro.yml?ref=main', 'source'],
  ['/repos/ada/hello/branches/main', 'other'],
  ['/repos/ada/statuses', 'other'],
])('%s is about %s', (path, kind) => {
  expect(githubKind(base + path)).toBe(kind)
})

it('what is no address is something else', () => {
  expect(githubKind('nothing')).toBe('other')
})
