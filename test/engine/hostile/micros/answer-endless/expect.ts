import { expectCutOff } from '../../support/answers.ts'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'answers without end',
  deployed: 'beforehand',
  contained: expectCutOff,
} satisfies Hostile
