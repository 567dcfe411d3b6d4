import { expectReplyRefused } from '../../support/answers.ts'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'breaks lines within its headers',
  deployed: 'beforehand',
  contained: expectReplyRefused,
} satisfies Hostile
