import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'opens raw sockets and those of rarely used protocols',
  deployed: 'beforehand',
  async contained({ attack, alive, isolation }) {
    const gvisor = {
      packet: 'EPERM',
      'packet cooked': 'EPERM',
      'raw icmp': 'EPERM',
      'raw tcp': 'EPERM',
      'raw ipv6': 'EPERM',
      // Of gVisor's own kernel, where nothing ever happens on it.
      'kernel events': 'done',
    }
    const tcp = { tcp: 'done' }
    if (isolation === 'runc') expectRefused(await attack('/attack'), 'EPERM', tcp)
    else expectRefused(await attack('/attack'), ['EAFNOSUPPORT', 'EPROTONOSUPPORT'], { ...tcp, ...gvisor })
    await alive()
  },
} satisfies Hostile
