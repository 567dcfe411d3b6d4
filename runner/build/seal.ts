import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { SealRequest, Sealed } from './seal-tree.ts'

/** `sealTree` in a thread of its own, so that requests are served while a large tree is walked. */
export async function seal(request: SealRequest): Promise<Sealed> {
  const worker = new Worker(new URL('seal-worker.ts', import.meta.url), { workerData: request })
  try {
    // `once` rejects when the worker fails instead.
    const [sealed] = (await once(worker, 'message')) as [Sealed]
    return sealed
  } finally {
    await worker.terminate()
  }
}
