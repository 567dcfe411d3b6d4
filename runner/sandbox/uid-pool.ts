import { randomInt } from 'node:crypto'
import { MicropushError } from '../../contract/errors.ts'
import type { Docker } from '../docker/client.ts'
import { listContainers } from '../docker/containers.ts'
import { labels } from './labels.ts'

/** Above what useradd and its sub-uid ranges begin to give out by default (login.defs(5)), below 2^18. */
const FIRST_UID = 200_000
const LAST_UID = 265_535

export interface UidPool {
  /** A uid that no container on this machine has; it stays reserved until it is released. */
  allocate(): Promise<number>
  release(uid: number): void
}

/** Uids for sandboxes. Those in use are read from the labels of all containers, other instances' too, because a uid means the same to all of them. */
export function openUidPool(docker: Docker): UidPool {
  const reserved = new Set<number>()
  return {
    async allocate() {
      const running = await listContainers(docker, [labels.uid])
      const taken = new Set(running.map((container) => Number(container.labels[labels.uid])))
      const uid = freeUid((candidate) => taken.has(candidate) || reserved.has(candidate))
      reserved.add(uid)
      return uid
    },
    release(uid) {
      reserved.delete(uid)
    },
  }
}

/** A random one, so that a uid's former owner is rarely met again, then the next free one. */
export function freeUid(isTaken: (uid: number) => boolean): number {
  const count = LAST_UID - FIRST_UID + 1
  const start = randomInt(count)
  for (let step = 0; step < count; step += 1) {
    const uid = FIRST_UID + ((start + step) % count)
    if (!isTaken(uid)) return uid
  }
  throw new MicropushError('engine-unavailable', 'This machine runs as many sandboxes as it can. Try again later.')
}
