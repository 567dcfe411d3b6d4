/**
 * An address without user name and password; text that is no address comes back as it is. Tools take a proxy's address without a scheme
 * too.
 */
export function withoutUserinfo(address: string): string {
  return address.replace(/^((?:[a-z][a-z0-9+.-]*:\/\/)?)[^/?#]*@/i, '$1')
}

/** Whether a proxy's address leads off this machine, so that a container can use it too. */
export function isRemote(address: string): boolean {
  const host = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/?#]*@)?(\[[^\]]+\]|[^/?#:]+)/i.exec(address)?.[1]?.toLowerCase()
  return host !== undefined && host !== 'localhost' && host !== '[::1]' && !host.startsWith('127.')
}
