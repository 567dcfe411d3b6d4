import type { MicropushError } from '../../contract/errors.ts'

/** How a job ended, as far as the queue has to know. */
export type JobEnd =
  | { readonly kind: 'done' }
  /** Another deployment of the same micro is being built. */
  | { readonly kind: 'busy' }
  /** Its owner has as many under way as one may have. */
  | { readonly kind: 'crowded' }
  /** The runner is told to go down. */
  | { readonly kind: 'stopped' }
  /** It failed for a reason that may pass. */
  | { readonly kind: 'again'; readonly error: MicropushError }
