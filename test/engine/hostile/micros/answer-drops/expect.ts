import { expectCutOff } from '../../support/answers.ts'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'announces more than it sends',
  deployed: 'beforehand',
  contained: expectCutOff,
} satisfies Hostile
