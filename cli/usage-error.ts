/** The command was not written as it must be; the message says what is wrong with it. The exit code is 2. */
export class UsageError extends Error {}
