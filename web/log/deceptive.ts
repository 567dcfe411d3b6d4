/**
 * Control characters, and what changes the direction of text or cannot be seen, so that a reader takes one text for another
 * (https://trojansource.codes): nothing that a log has to show.
 */
export function isDeceptive(code: number): boolean {
  if (code < 0x20) return true
  if (code < 0x7f) return false
  if (code <= 0x9f) return true
  if (code < 0x61c) return code === 0xad
  return (
    code === 0x61c ||
    code === 0x180e ||
    code === 0x200b ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xe_0000 && code <= 0xe_007f)
  )
}
