import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { npmLines, parsePipConfig, readHostTrust } from '../../../../runner/build/trust/host-trust.ts'
import { isRemote, withoutUserinfo } from '../../../../runner/build/trust/public-url.ts'
import { writeTrustFiles } from '../../../../runner/build/trust/trust-files.ts'

describe('what builders learn of the host', () => {
  it('is where npm’s registries and proxies are, without tokens and passwords', () => {
    const lines = npmLines({
      registry: 'https://user:secret@npm.example.com/',
      '@ada:registry': 'https://ada.example.com/',
      '//npm.example.com/:_authToken': 'secret',
      _auth: 'secret',
      'https-proxy': 'http://me:secret@proxy.example.com:3128',
      proxy: 'http://127.0.0.1:3128',
      noproxy: ['', 'internal.example.com'],
      cache: '/root/.npm',
    })
    expect(lines).toEqual([
      'registry=https://npm.example.com/',
      '@ada:registry=https://ada.example.com/',
      'https-proxy=http://proxy.example.com:3128',
      'noproxy=internal.example.com',
    ])
  })

  it('is pip’s indexes and the proxies of the environment, likewise', async () => {
    const trust = await readHostTrust({
      HOME: '/nonexistent',
      PIP_INDEX_URL: 'https://user:secret@pypi.example.com/simple',
      PIP_FIND_LINKS: '/opt/wheels',
      https_proxy: 'http://me:secret@proxy.example.com:3128',
      HTTP_PROXY: 'http://localhost:3128',
      NO_PROXY: 'internal',
      GITHUB_TOKEN: 'secret',
    })
    expect(trust.env).toMatchObject({
      PIP_INDEX_URL: 'https://pypi.example.com/simple',
      HTTPS_PROXY: 'http://proxy.example.com:3128',
      https_proxy: 'http://proxy.example.com:3128',
      NO_PROXY: 'internal',
    })
    expect(trust.env).not.toHaveProperty('HTTP_PROXY')
    expect(trust.env).not.toHaveProperty('PIP_FIND_LINKS')
    expect(JSON.stringify([trust.env, trust.npmrc])).not.toContain('secret')
  })

  it('is what pip.conf says, of its global part and of installs', () => {
    const text =
      '[global]\nindex-url = https://a/\nextra_index_url =\n    https://b/\n    https://c/\n[list]\nformat=x\n[install]\ntimeout: 9\n'
    expect(parsePipConfig(text)).toEqual({
      'index-url': 'https://a/',
      'extra-index-url': 'https://b/ https://c/',
      timeout: '9',
    })
  })

  it('is every certificate authority, in one file that all tools are pointed to', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'micropush-trust-'))
    try {
      const certificates = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
      const files = await writeTrustFiles(dir, { npmrc: [], env: {}, certificates })
      expect(files.mounts).toHaveLength(1)
      const [mount] = files.mounts
      expect(await readFile(mount?.from ?? '', 'utf8')).toBe(certificates)
      expect((await stat(mount?.from ?? '')).mode & 0o777).toBe(0o644)
      expect(files.env).toMatchObject({
        NODE_EXTRA_CA_CERTS: mount?.to,
        PIP_CERT: mount?.to,
      })
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})

it('an address loses its user and nothing else', () => {
  expect(withoutUserinfo('https://a:b@c.example/@scope/x?d=e@f')).toBe('https://c.example/@scope/x?d=e@f')
  expect(withoutUserinfo('https://c.example/@scope')).toBe('https://c.example/@scope')
  expect(withoutUserinfo('git+https://t@c/')).toBe('git+https://c/')
  expect(withoutUserinfo('me:secret@proxy.example:3128')).toBe('proxy.example:3128')
  expect(withoutUserinfo('proxy.example/@scope')).toBe('proxy.example/@scope')
})

it('a proxy on loopback is no use to others', () => {
  expect(['http://127.0.0.1:1', 'localhost:3128', 'http://u:p@[::1]:1'].map(isRemote)).toEqual([false, false, false])
  expect(['http://proxy:3128', 'proxy.example:1'].map(isRemote)).toEqual([true, true])
})
