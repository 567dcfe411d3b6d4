import { describe, expect, it } from 'vitest'
import { faultPage } from '../../web/fault-page.ts'

describe('a fault page', () => {
  const page = {
    status: 502,
    title: 'The micro broke off',
    message: 'It ended.',
    hint: 'Try again.',
    owner: 'See the log.',
  }

  it('says what happened, what to do, and which request it was', () => {
    const html = faultPage({ ...page, requestId: 'r-1', host: 'hello.localhost' })
    for (const words of [
      '502',
      'The micro broke off',
      'It ended.',
      'Try again.',
      'See the log.',
      'r-1',
      'hello.localhost',
    ]) {
      expect(html).toContain(words)
    }
  })

  it('leaves out what is not known', () => {
    const html = faultPage({ status: 404, title: 'No', message: 'Nothing here.' })
    expect(html).not.toContain('undefined')
    expect(html).not.toContain('If the micro is yours')
    expect(html).not.toContain('Request <code>')
  })

  it('escapes everything that it was given', () => {
    const evil = `<script>alert("1")</script>'&`
    const html = faultPage({
      status: 503,
      title: evil,
      message: evil,
      hint: evil,
      owner: evil,
      requestId: evil,
      host: evil,
    })
    expect(html).not.toContain('<script')
    expect(html).not.toContain('alert("1")')
    expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(6)
  })

  it('loads nothing from anywhere', () => {
    const html = faultPage(page)
    expect(html).not.toMatch(/src=|href=|url\(|@import|<script|http:|https:/)
  })
})
