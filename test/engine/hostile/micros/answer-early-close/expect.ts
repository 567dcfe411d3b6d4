import { expectCutOff } from '../../support/answers.ts'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'closes in the middle of its answer',
  deployed: 'beforehand',
  contained: expectCutOff,
} satisfies Hostile
