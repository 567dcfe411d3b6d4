import type { MicroEnd } from '../../../contract/end-reason.ts'
import type { Fault } from './faults.ts'

/** The answer to a request whose micro ended before it had answered. */
export function faultOfEnd(end: MicroEnd | undefined): Fault {
  switch (end?.reason) {
    case 'memory':
      return 'out-of-memory'
    case 'processes':
      return 'out-of-processes'
    case 'timeout':
      return 'timeout'
    case 'crash':
    case 'exit':
    case 'disk':
    case 'stopped':
    case 'unknown':
    case undefined:
      return 'crashed'
  }
}
