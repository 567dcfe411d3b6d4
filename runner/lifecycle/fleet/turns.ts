import { coldMember, type Member } from './member.ts'

/** Operations on one deployment happen one after the other; those on different ones do not wait for each other. */
export interface Turns {
  readonly members: ReadonlyMap<string, Member>
  /** The deployment's member, made when there is none. */
  of(deploymentId: string): Member
  inTurn<T>(deploymentId: string, operation: (member: Member) => Promise<T>): Promise<T>
  /** The same for what nothing that can wait may keep waiting: that is cut short. */
  atOnce<T>(deploymentId: string, operation: (member: Member) => Promise<T>): Promise<T>
  /**
   * Waits, as part of an operation, for as long as nothing comes that is to be done at once.
   *
   * @param wait resolves when its signal aborts.
   * @returns whether it came to its own end.
   */
  giveWay(member: Member, wait: (signal: AbortSignal) => Promise<void>): Promise<boolean>
  forget(member: Member): void
}

/** @param onRest called each time that no operation on a deployment is left. */
export function createTurns(onRest: (member: Member) => void): Turns {
  const members = new Map<string, Member>()
  const of = (id: string): Member => {
    const known = members.get(id)
    if (known !== undefined) return known
    const fresh = coldMember(id)
    members.set(id, fresh)
    return fresh
  }
  const inTurn = <T>(id: string, operation: (member: Member) => Promise<T>): Promise<T> => {
    const member = of(id)
    member.busy += 1
    const turn = member.tail
      .then(() => operation(member))
      .finally(() => {
        member.busy -= 1
        if (member.busy === 0) onRest(member)
      })
    // The next operation runs whatever became of this one; its caller gets the error.
    member.tail = turn.catch(() => {})
    return turn
  }
  return {
    members,
    of,
    inTurn,
    atOnce(id, operation) {
      const member = of(id)
      member.urgent += 1
      member.hurry?.abort()
      return inTurn(id, async (then) => {
        try {
          return await operation(then)
        } finally {
          then.urgent -= 1
        }
      })
    },
    async giveWay(member, wait) {
      if (member.urgent > 0) return false
      const hurry = new AbortController()
      member.hurry = hurry
      await wait(hurry.signal)
      member.hurry = undefined
      return !hurry.signal.aborted
    },
    forget: (member) => void members.delete(member.id),
  }
}
