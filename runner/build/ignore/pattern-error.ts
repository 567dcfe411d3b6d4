/** Why an expression is none that we take: its syntax is not known, or it is too large. */
export class PatternError extends Error {}
