import { describe, expect, it } from 'vitest'
import { page } from '../../web/page.ts'

describe('a page', () => {
  it('loads nothing from anywhere', () => {
    const html = page({ title: 'a', body: '<p>b</p>' })
    expect(html).not.toMatch(/src=|url\(|@import|<script|https?:(?!%2F%2Fwww\.w3\.org)/)
    expect(html).toContain('<p>b</p>')
  })

  it('escapes its title', () => {
    expect(page({ title: '</title><script>', body: '' })).toContain('<title>&lt;/title&gt;&lt;script&gt;</title>')
  })
})
