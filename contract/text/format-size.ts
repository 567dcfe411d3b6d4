const KB = 1024
const MB = 1024 * KB
const GB = 1024 * MB

/** A size for people to read, rounded: `1 KB`, `0.4 MB`, `5.5 MB`, `251 MB`, `1.5 GB`. Binary, as the limits are. */
export function formatSize(bytes: number): string {
  if (bytes < 0.1 * MB) return `${Math.max(1, Math.round(bytes / KB))} KB`
  const [value, unit] = bytes < GB ? [bytes / MB, 'MB'] : [bytes / GB, 'GB']
  return `${value >= 10 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${unit}`
}
