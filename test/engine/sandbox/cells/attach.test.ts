import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAttacher, type Attacher } from '../../../../runner/sandbox/attach/attacher.ts'
import { provideAttacher } from '../../../../runner/sandbox/attach/provide-attacher.ts'
import { imagesOf } from '../../runtimes/images.ts'
import { docker } from '../../runtimes/sandbox.ts'

const run = promisify(execFile)

let place: string
let attacher: Attacher
let container: string
let pid: number
const inside = async (script: string): Promise<string> =>
  (await run('docker', ['exec', container, 'sh', '-c', `${script} 2>&1; true`])).stdout.trim()
const box = () => join(place, 'box')
const folder = () => join(place, 'folder')

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'mp-attach-'))
  for (const path of [box(), folder(), join(place, 'app')]) await mkdir(path)
  await writeFile(join(folder(), 'file'), 'from the host')
  const { sandbox: image } = await imagesOf('nodejs24')
  attacher = openAttacher(() => provideAttacher({ docker, dataDir: place, instance: 'test' }))
  const options = ['--detach', '--rm', '--network', 'none', '--volume', `${box()}:/run/micropush`, '--tmpfs', '/tmp']
  const { stdout } = await run('docker', ['run', ...options, '--entrypoint', 'sleep', image, '300'])
  container = stdout.trim()
  pid = Number((await run('docker', ['inspect', '--format', '{{.State.Pid}}', container])).stdout)
})
afterAll(async () => {
  await attacher.close()
  await run('docker', ['rm', '--force', container])
  await rm(place, { recursive: true })
})

test('a folder of the host appears in a sandbox that runs, read-only, and nothing of it on the host', async () => {
  await attacher.attach({ pid, box: box(), mounts: [{ source: folder(), target: '/app' }] })
  expect(await inside('cat /app/file')).toBe('from the host')
  expect(await inside('touch /app/x')).toContain('Read-only file system')
  expect((await run('findmnt', ['--list', '--noheadings', '--output', 'TARGET'])).stdout).not.toContain(place)
})

test('a process that is not the sandbox’s is not taken for it', async () => {
  const mounts = [{ source: folder(), target: '/tmp' }]
  await expect(attacher.attach({ pid: process.pid, box: box(), mounts })).rejects.toThrow('not of this sandbox')
  await expect(attacher.attach({ pid, box: folder(), mounts })).rejects.toThrow('not of this sandbox')
  await expect(attacher.attach({ pid: 4_194_305, box: box(), mounts })).rejects.toThrow('No such file')
  expect(await inside('ls /tmp')).toBe('')
})

test('a link in the place of a folder is not followed', async () => {
  await inside('ln -s /etc /tmp/link')
  const attached = attacher.attach({ pid, box: box(), mounts: [{ source: folder(), target: '/tmp/link' }] })
  await expect(attached).rejects.toThrow('Too many levels of symbolic links')
  expect(await inside('ls /etc/file')).toContain('No such file')
})

test('more folders than can be attached at once are refused, and none of them is attached', async () => {
  const mounts = Array.from({ length: 16 }, () => ({ source: folder(), target: '/media' }))
  await expect(attacher.attach({ pid, box: box(), mounts })).rejects.toThrow('more than 15 folders')
  expect(await inside('ls /media')).toBe('')
  await attacher.attach({ pid, box: box(), mounts: mounts.slice(1) })
  expect(await inside('cat /media/file')).toBe('from the host')
})

test('a helper that was killed is started anew', async () => {
  const mounts = [{ source: folder(), target: '/dependencies' }]
  const { stdout } = await run('pgrep', ['--full', join(place, 'programs', 'attach')])
  process.kill(Number(stdout), 'SIGKILL')
  await attacher.attach({ pid, box: box(), mounts }).catch(() => attacher.attach({ pid, box: box(), mounts }))
  expect(await inside('cat /dependencies/file')).toBe('from the host')
})
