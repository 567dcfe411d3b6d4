/** What was asked cannot be done; the message says why and what to do. The exit code is 1. */
export class Refusal extends Error {}
