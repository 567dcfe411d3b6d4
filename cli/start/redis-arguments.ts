/**
 * How Redis is run: on a unix socket alone, every write on disk before it is answered, and an error instead of an eviction when
 * memory is full, because what it holds is a queue and not a cache.
 */
export function redisArguments(where: { readonly socket: string; readonly dir: string }): string[] {
  return [
    ['--port', '0', '--unixsocket', where.socket, '--unixsocketperm', '600', '--dir', where.dir],
    ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'],
    ['--daemonize', 'no', '--loglevel', 'notice'],
  ].flat()
}
