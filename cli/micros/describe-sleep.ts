import type { MicroConfig } from '../../contract/config.ts'
import { writeDuration } from '../../contract/config/parse-duration.ts'

/** What a micro's file says of sleep and scale, in words; undefined when it leaves all of it to the operator. */
export function describeSleep({ sleep, scale }: Pick<MicroConfig, 'sleep' | 'scale'>): string | undefined {
  const { idleMs, coldMs } = sleep ?? {}
  const words = [
    ...(idleMs === undefined ? [] : [idleMs === 'never' ? 'never sleeps' : `sleeps after ${writeDuration(idleMs)}`]),
    ...(coldMs === undefined ? [] : [`is cold after ${writeDuration(coldMs)} more`]),
    ...(scale === undefined ? [] : [`may have ${scale.max} sandboxes, each for ${scale.concurrency} requests`]),
  ]
  return words.length === 0 ? undefined : `its config: ${words.join(', ')}`
}
