/** GitHub's API may lag behind its webhooks by some seconds. */
export const LAG_MS = 30_000
export const LOOK_AGAIN_MS = 2000
