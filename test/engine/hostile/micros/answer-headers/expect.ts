import { expectReplyRefused } from '../../support/answers.ts'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'answers with 10 MB of headers',
  deployed: 'beforehand',
  contained: expectReplyRefused,
} satisfies Hostile
