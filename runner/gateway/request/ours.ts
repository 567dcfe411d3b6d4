/**
 * Fields that only the gateway may set. An underscore counts as a hyphen, because WSGI's and CGI's environments do not tell
 * them apart.
 */
export function isOurs(lower: string): boolean {
  const first = lower.charCodeAt(0)
  // Only f(orwarded) and x(-…): a cheap way past the other fields.
  if (first !== 102 && first !== 120) return false
  const name = lower.includes('_') ? lower.replaceAll('_', '-') : lower
  return (
    name === 'forwarded' ||
    name === 'x-real-ip' ||
    name === 'x-request-id' ||
    name.startsWith('x-forwarded') ||
    name.startsWith('x-micropush-')
  )
}
