import { expect, it } from 'vitest'
import { githubWebUrl } from '../../../src/github/web-url.ts'

it.each([
  ['https://api.github.com', 'https://github.com'],
  ['https://api.octo.ghe.com', 'https://octo.ghe.com'],
  ['https://github.example.com/api/v3', 'https://github.example.com'],
  ['https://api.example.com/api/v3', 'https://api.example.com'],
  ['http://127.0.0.1:4000/api/v3', 'http://127.0.0.1:4000'],
])('the pages of %s are at %s', (api, web) => {
  expect(githubWebUrl(api)).toBe(web)
})
