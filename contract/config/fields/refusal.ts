/** A commit status has room for 140 characters, and file, line and key stand before these. */
const MOST_WORDS = 105

interface Refused {
  readonly asked: string
  readonly granted: string
  /** `owner/repository`, where it is known: whom to grant more. */
  readonly grantee: string | undefined
  /** What `micropush grant` is to be told: `timeout=60s`. */
  readonly grant: string
}

/** Says that more was asked than the operator granted, and how to ask for it. */
export function refusal({ asked, granted, grantee, grant }: Refused): string {
  const words = `${asked} was asked, ${granted} is granted; ask the operator`
  const command = `for: micropush grant ${grantee ?? ''} ${grant}`
  const fits = grantee !== undefined && words.length + command.length <= MOST_WORDS
  return `${words} ${fits ? command : 'of this micropush for more'}`
}
