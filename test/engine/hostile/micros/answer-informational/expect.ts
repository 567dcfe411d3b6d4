import { expectReplyRefused } from '../../support/answers.ts'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'announces an answer again and again and never gives it',
  deployed: 'beforehand',
  contained: expectReplyRefused,
} satisfies Hostile
