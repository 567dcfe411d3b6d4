import { chmod, chown, lchown, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { githubFolder } from '../../contract/github-app.ts'
import { readSettings } from '../env.ts'

/** Users and groups without a name, which own nothing else; docker-compose.yml runs bot and redis as these. */
const BOT_ID = 64_002
const REDIS_ID = 64_003

/**
 * Makes the folders that parts with users of their own share. `run` belongs to the bot's group, sockets in it too (setgid), and nobody can
 * remove another one's (sticky); the gateway, which is neither, passes through to the sockets that it is let to.
 */
export async function prepare(): Promise<number> {
  const { dataDir, runDir } = readSettings()
  const redisDir = join(dataDir, 'redis')
  await makeFolder(dataDir, { mode: 0o711, uid: 0, gid: 0 })
  await makeFolder(runDir, { mode: 0o3771, uid: 0, gid: BOT_ID })
  await makeFolder(join(dataDir, 'sandboxes'), { mode: 0o711, uid: 0, gid: 0 })
  // The App's key, which nobody but the bot has to read.
  await makeFolder(githubFolder(dataDir), { mode: 0o700, uid: BOT_ID, gid: BOT_ID })
  await makeFolder(redisDir, { mode: 0o700, uid: REDIS_ID, gid: REDIS_ID })
  // What another user's Redis wrote on the same data, `npm start`'s for instance.
  for (const entry of await readdir(redisDir, { recursive: true }))
    await lchown(join(redisDir, entry), REDIS_ID, REDIS_ID)
  return 0
}

interface Owner {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

async function makeFolder(path: string, { mode, uid, gid }: Owner): Promise<void> {
  await mkdir(path, { recursive: true })
  await chown(path, uid, gid)
  // After the change of owner, which takes the setgid bit away, and whatever the umask says.
  await chmod(path, mode)
}
