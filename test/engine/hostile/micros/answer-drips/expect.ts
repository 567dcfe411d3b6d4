import { expectCutOff } from '../../support/answers.ts'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'drips a byte within its time, for ever',
  deployed: 'beforehand',
  contained: expectCutOff,
} satisfies Hostile
