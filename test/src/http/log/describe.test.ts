import { describe, expect, it } from 'vitest'
import { deploymentHead, stateLine } from '../../../../web/deployment/deployment-head.ts'
import { describeDeployment } from '../../../../src/http/log/describe.ts'
import { sampleDeployment, shaB } from '../../support/samples.ts'

const around = { webUrl: 'https://github.com', nowMs: 1_090_000 }

function head(more: Parameters<typeof sampleDeployment>[0]): string {
  return deploymentHead(describeDeployment(sampleDeployment(more), around))
}

describe('what the page says of a deployment', () => {
  it('links to repository, commit and pull request at our own address of GitHub', () => {
    const html = head({ target: { kind: 'preview', pull: 12, fork: false, secrets: 'preview' } })
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      'https://github.com/ada/hello',
      `https://github.com/ada/hello/commit/${'a'.repeat(40)}`,
      'https://github.com/ada/hello/pull/12',
    ])
  })

  it('says what happens at the moment, and for how long already', () => {
    const view = describeDeployment(
      sampleDeployment({ state: 'building', outcome: { detail: 'Installing <b>' } }),
      around,
    )
    expect(stateLine(view)).toBe(
      '<i class="dot busy"></i><b>Building</b> <span class="soft">· Installing &lt;b&gt;</span> <span class="soft" data-ms="90000"></span>',
    )
  })

  it('leads to the endpoint when it is live, and tells what each stage took', () => {
    const outcome = { url: 'http://hello--ada.localhost:8080', timings: { fetch: 12, build: 2140, total: 65_400 } }
    const html = head({ state: 'live', outcome })
    expect(html).toContain('<a href="http://hello--ada.localhost:8080" rel="noreferrer">')
    expect(html).toMatch(/fetch <b>12 ms<.*build <b>2.1 s<.*in all <b>1 min 5 s</)
    expect(head({ state: 'destroyed', outcome })).not.toContain('href="http://hello')
  })

  it.each([
    ['install-failed', /Mend it and push again/],
    ['disk-full', /The operator of this micropush/],
    ['internal', /not the fault of what was pushed/],
  ] as const)('says what to do about %s', (code, words) => {
    const html = head({ state: 'failed', outcome: { error: { code, message: '<i>It broke</i>' } } })
    expect(html).toContain('&lt;i&gt;It broke&lt;/i&gt;')
    expect(html).toMatch(words)
  })

  it('names the commit that took its place, and each warning', () => {
    const html = head({ state: 'superseded', outcome: { supersededBy: shaB, warnings: ['nodejs14 is <old>'] } })
    expect(html).toContain(`href="https://github.com/ada/hello/commit/${shaB}"`)
    expect(html).toContain('nodejs14 is &lt;old&gt;')
  })

  it('makes no link of what is no address of the web', () => {
    expect(head({ state: 'live', outcome: { url: 'javascript:alert(1)' } })).not.toContain('href="javascript')
  })
})
