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
  /**
   * Takes the uid that a deployment's memory on disk was saved with, for a sandbox that it is brought back in; copies of one deployment share it.
   *
   * @returns false while a sandbox of anybody else's has it, as far as was seen when a uid was last given out: then nothing is taken.
   */
  claim(uid: number, by: Claim): boolean
  /** A sandbox is no more, nor is what it had claimed. */
  unclaim(sandboxId: string): void
}

interface Claim {
  readonly sandboxId: string
  readonly deploymentId: string
}

/** Uids for sandboxes. Those in use are read from the labels of all containers, other instances' too, because a uid means the same to all of them. */
export function openUidPool(docker: Docker): UidPool {
  const reserved = new Set<number>()
  const claims = new Map<string, { readonly uid: number; readonly deploymentId: string }>()
  /** Those of containers that were there when it was last looked. */
  let seen = new Set<number>()
  /** What was released while a list was under way that may still name it. */
  const looks = new Set<Set<number>>()
  const isClaimed = (uid: number, except?: string) =>
    [...claims.values()].some((claim) => claim.uid === uid && claim.deploymentId !== except)
  return {
    async allocate() {
      const released = new Set<number>()
      looks.add(released)
      const running = await listContainers(docker, [labels.uid]).finally(() => looks.delete(released))
      const uids = running.map((container) => Number(container.labels[labels.uid]))
      seen = new Set(uids.filter((uid) => !released.has(uid)))
      const uid = freeUid((candidate) => seen.has(candidate) || reserved.has(candidate) || isClaimed(candidate))
      reserved.add(uid)
      return uid
    },
    release(uid) {
      reserved.delete(uid)
      seen.delete(uid)
      for (const released of looks) released.add(uid)
    },
    claim(uid, { sandboxId, deploymentId }) {
      if (reserved.has(uid) || seen.has(uid) || isClaimed(uid, deploymentId)) return false
      claims.set(sandboxId, { uid, deploymentId })
      return true
    },
    unclaim: (sandboxId) => void claims.delete(sandboxId),
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
