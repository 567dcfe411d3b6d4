import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { stat, writeFile } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeploymentBase } from '../../../contract/deployment.ts'
import { defaultLimits } from '../../../contract/limits.ts'
import { createDeployment } from '../../../contract/store/deployments.ts'
import { createSourceServer, listenOnSocket } from '../../../src/source/server.ts'
import { startParts, type Parts } from '../support/bot.ts'
import { mockGitHub, type MockedGitHub } from '../support/github.ts'
import { sampleBase, sampleConfig, shaA } from '../support/samples.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const tarballs = '/repos/{owner}/{repo}/tarball/{ref}'
const archive = randomBytes(300_000)

let parts: Parts
let github: MockedGitHub
let server: Server
let socketPath: string
let storage: Server
let storageRequests: IncomingMessage[]
let storageAnswer: (response: ServerResponse) => void

beforeEach(async () => {
  parts = await startParts()
  github = mockGitHub()
  github.commits.add(shaA)
  storageRequests = []
  storageAnswer = (response) => response.writeHead(200, { 'content-type': 'application/x-gzip' }).end(archive)
  storage = createServer((incoming, response) => {
    storageRequests.push(incoming)
    storageAnswer(response)
  })
  storage.listen(0, '127.0.0.1')
  await once(storage, 'listening')
  github.tarballLocation = `http://127.0.0.1:${(storage.address() as AddressInfo).port}/legacy.tar.gz?token=once`
  server = createSourceServer(parts)
  socketPath = join(await temporaryFolder(), 'run', 'bot.sock')
  await listenOnSocket(server, socketPath)
})

afterEach(async () => {
  nock.cleanAll()
  for (const one of [server, storage]) {
    one.closeAllConnections()
    one.close()
  }
  await parts[Symbol.asyncDispose]()
})

async function makeDeployment(more: Partial<DeploymentBase> = {}): Promise<string> {
  const base = sampleBase(more)
  await createDeployment(parts.store, base)
  return base.id
}

async function get(path: string): Promise<IncomingMessage> {
  const asked = request({ socketPath, path, agent: false })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return answer
}

describe('GET /source/<deployment>', () => {
  it('streams the tarball of the very commit', async () => {
    const answer = await get(`/source/${await makeDeployment()}`)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toBe('application/gzip')
    expect((await buffer(answer)).equals(archive)).toBe(true)
    expect(github.requests.at(-1)?.path).toBe(`/repos/ada/hello/tarball/${shaA}`)
  })

  it('asks with a token for reading that one repository, which goes nowhere else', async () => {
    const answer = await get(`/source/${await makeDeployment()}`)
    await buffer(answer)
    const [minted, asked] = github.requests
    expect(minted?.body).toEqual({ repository_ids: [34], permissions: { contents: 'read' } })
    expect(asked?.authorization).toMatch(/^token ghs_/)
    expect(storageRequests.map(({ headers }) => headers.authorization)).toEqual([undefined])
    expect(JSON.stringify(answer.headers)).not.toContain('ghs_')
  })

  it('waits for a commit that GitHub does not show yet', async () => {
    github.instead.set(tarballs, [{ status: 404, body: { message: 'Not Found' } }])
    const answer = await get(`/source/${await makeDeployment({ createdAtMs: Date.now() })}`)
    expect((await buffer(answer)).equals(archive)).toBe(true)
  })

  it('answers 410 when a commit of some age is gone', async () => {
    github.commits.clear()
    const answer = await get(`/source/${await makeDeployment()}`)
    expect(answer.statusCode).toBe(410)
    expect(await text(answer)).toContain('Commit aaaaaaa is not in ada/hello any more.')
  })

  it.each([
    ['is down', { status: 500, body: {} }, undefined],
    ['asks to wait', { status: 429, body: {}, headers: { 'retry-after': '9' } }, '9'],
    ['denies it', { status: 403, body: {} }, undefined],
  ])('answers 503 when GitHub %s', async (_, answered, retryAfter) => {
    github.instead.set(tarballs, [answered])
    const answer = await get(`/source/${await makeDeployment()}`)
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe(retryAfter)
  })

  it.each(['/source/d1', '/source/', '/', '/source/../x', `/source/d${'0'.repeat(30)}`])(
    'answers 404 to %s',
    async (path) => {
      expect((await get(path)).statusCode).toBe(404)
    },
  )

  it('ends the download when the runner goes away', async () => {
    const closed = Promise.withResolvers<void>()
    storageAnswer = (response) => {
      response.on('close', () => closed.resolve())
      response.write(archive)
    }
    const answer = await get(`/source/${await makeDeployment()}`)
    answer.destroy()
    await closed.promise
  })

  it('cuts the answer off when the download breaks, so that it cannot pass for a whole one', async () => {
    storageAnswer = (response) => {
      response.writeHead(200, { 'content-length': archive.byteLength * 2 })
      response.write(archive, () => response.destroy())
    }
    const answer = await get(`/source/${await makeDeployment()}`)
    await expect(buffer(answer)).rejects.toThrow()
  })

  it('cuts off what is far larger than a source may be', async () => {
    const limits = { ...defaultLimits, sourceBytes: 1024 }
    const id = await makeDeployment({ config: sampleConfig({ limits }) })
    await expect(get(`/source/${id}`).then(buffer)).rejects.toThrow()
  })
})

describe('the socket', () => {
  it('can be opened by our own user only', async () => {
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600)
  })

  it('takes the place of one that a killed bot left behind', async () => {
    const path = `${socketPath}.stale`
    await writeFile(path, '')
    const second = createSourceServer(parts)
    await listenOnSocket(second, path)
    second.close()
  })
})
