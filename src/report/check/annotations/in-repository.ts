/** Folders whose files are made or fetched on the way: nothing in them stands in the repository. */
const NOT_COMMITTED = /(?:^|\/)(?:node_modules|site-packages|dist-packages|\.venv|venv|__pycache__|\.git)(?:\/|$)/

/**
 * The path in the repository of a file that a program's output names, or undefined when it cannot be one of the repository's.
 *
 * @param src the micro's folder in the repository, `.` for its root; in a sandbox it is `/app`.
 */
export function inRepository(path: string, src: string): string | undefined {
  const inApp = path
    .replace(/^file:\/\//, '')
    .replace(/^\/app\//, '')
    .replace(/^(?:\.\/)+/, '')
  if (inApp === '' || inApp.length > 300 || inApp.startsWith('/') || inApp.includes('\\')) return undefined
  if (inApp.split('/').some((part) => part === '..' || part === '')) return undefined
  if (/[\p{Cc}<>:"|?*]/u.test(inApp) || NOT_COMMITTED.test(inApp)) return undefined
  return src === '.' ? inApp : `${src}/${inApp}`
}
