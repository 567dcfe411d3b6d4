import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { removeContainer } from '../../../runner/docker/remove-container.ts'

let after: AsyncDisposableStack
beforeEach(() => {
  after = new AsyncDisposableStack()
})
afterEach(() => after.disposeAsync())

type Reply = (response: ServerResponse) => void
const says =
  (status: number, message = ''): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
const silent: Reply = () => {}

/** A daemon that gives one reply after the other, and the last one from then on. */
async function daemon(...replies: readonly Reply[]) {
  const dir = await mkdtemp(join(tmpdir(), 'micropush-docker-'))
  const asked: string[] = []
  const server = createServer((request, response) => {
    replies[Math.min(asked.length, replies.length - 1)]?.(response)
    asked.push(`${request.method} ${request.url?.split('?')[0]}`)
  }).listen(join(dir, 'docker.sock'))
  await once(server, 'listening')
  after.defer(async () => {
    server.closeAllConnections()
    server.close()
    await rm(dir, { recursive: true })
  })
  return { docker: connectDocker(join(dir, 'docker.sock')), asked }
}

describe('a container that is to be removed', () => {
  it('is asked for again while it is still dying, or somebody else removes it, until it is gone', async () => {
    const { docker, asked } = await daemon(
      says(500, 'could not kill: tried to kill container, but did not receive an exit event'),
      says(409, 'removal of container c1 is already in progress'),
      says(404, 'No such container: c1'),
    )
    await removeContainer(docker, 'c1')
    expect(asked).toEqual(['DELETE /containers/c1', 'DELETE /containers/c1', 'DELETE /containers/c1'])
  })

  it('is given up when its time is over, also by a daemon that never answers', async () => {
    for (const reply of [says(409, 'removal of container c1 is already in progress'), silent]) {
      const { docker } = await daemon(reply)
      await expect(removeContainer(docker, 'c1', 100)).rejects.toMatchObject({
        code: 'engine-unavailable',
        message: expect.stringContaining('could not be removed'),
      })
    }
  })

  it('is not asked for twice when the request itself is at fault, or there is no daemon', async () => {
    const { docker, asked } = await daemon(says(400, 'bad parameter'))
    await expect(removeContainer(docker, 'c1')).rejects.toMatchObject({ statusCode: 400 })
    expect(asked).toHaveLength(1)
    await expect(removeContainer(connectDocker('/nowhere.sock'), 'c1')).rejects.toMatchObject({
      code: 'engine-unavailable',
    })
  })
})
