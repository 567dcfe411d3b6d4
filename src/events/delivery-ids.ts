/** Begins the ids of jobs that no delivery led to: the comparison with GitHub found them. */
export const RECONCILE = 'reconcile-'
