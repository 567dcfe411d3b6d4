import { expectReplyRefused } from '../../support/answers.ts'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'answers with two lengths',
  deployed: 'beforehand',
  contained: expectReplyRefused,
} satisfies Hostile
