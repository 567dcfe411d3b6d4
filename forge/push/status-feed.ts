import { EventEmitter } from 'node:events'
import type { CommitStatus } from '../state/statuses.ts'

/** Tells the pushes that are still open of each new commit status. */
export interface StatusFeed {
  publish(status: CommitStatus): void
  /** Listens until the returned function is called. */
  subscribe(of: { repositoryId: number; sha: string }, listener: (status: CommitStatus) => void): () => void
}

export function createStatusFeed(): StatusFeed {
  const emitter = new EventEmitter().setMaxListeners(0)
  const name = ({ repositoryId, sha }: { repositoryId: number; sha: string }) => `${repositoryId}/${sha}`
  return {
    publish: (status) => {
      emitter.emit(name(status), status)
    },
    subscribe(of, listener) {
      emitter.on(name(of), listener)
      return () => {
        emitter.off(name(of), listener)
      }
    },
  }
}
