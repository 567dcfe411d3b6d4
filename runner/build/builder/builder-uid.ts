import { randomInt } from 'node:crypto'

/** Uids of builders begin where those of sandboxes end. */
const FIRST_UID = 265_536
const UIDS = 65_536

/** The user and group that one build's containers run as. */
export function builderUid(): number {
  return FIRST_UID + randomInt(UIDS)
}
