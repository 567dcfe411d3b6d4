import type { Hostile } from '../../support/hostile.ts'
import { containsPrinting } from '../../support/print-for-ever.ts'

export default {
  does: 'prints 100 MB without the end of a line',
  deployed: 'beforehand',
  contained: containsPrinting,
} satisfies Hostile
