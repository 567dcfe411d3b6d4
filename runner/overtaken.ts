/** Thrown when a deployment was cancelled, superseded or ended while it was worked on: nothing is left to do or to report. */
export class Overtaken extends Error {}
