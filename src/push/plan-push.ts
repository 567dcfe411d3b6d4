import type { MicroConfig } from '../../contract/config.ts'

/** A micro as the store knows it: by its newest deployment. */
export interface KnownMicro {
  readonly key: string
  readonly name: string
  readonly branch: string
  /** What its repository was called. */
  readonly repository: string
  readonly sequence: number
}

interface PushedBranch {
  readonly branch: string
  readonly defaultBranch: string
  readonly sequence: number
  /** Micros of the config file at the pushed commit; none when there is no file, or no branch any more. */
  readonly micros: readonly MicroConfig[]
  readonly known: readonly KnownMicro[]
}

export interface PushPlan {
  readonly deploy: readonly MicroConfig[]
  /** Keys of the micros that end. */
  readonly end: readonly string[]
}

/**
 * What a push changes: micros whose production branch was pushed are deployed; those that were deployed from this branch and are
 * in its config file no more end. One that the file now gives to another branch goes on until that branch is pushed.
 */
export function planPush(push: PushedBranch): PushPlan {
  const named = new Set(push.micros.map(({ name }) => name))
  return {
    deploy: push.micros.filter((micro) => (micro.branch ?? push.defaultBranch) === push.branch),
    end: push.known
      .filter(({ branch, sequence }) => branch === push.branch && sequence <= push.sequence)
      .filter(({ name }) => !named.has(name))
      .map(({ key }) => key),
  }
}
