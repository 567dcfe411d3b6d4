import { expectReplyRefused } from '../../support/answers.ts'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'switches protocols when nobody asked',
  deployed: 'beforehand',
  contained: expectReplyRefused,
} satisfies Hostile
