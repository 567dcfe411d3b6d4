import { parentPort, workerData } from 'node:worker_threads'
import { sealTree, type SealRequest } from './seal-tree.ts'

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(sealTree(workerData as SealRequest))
