import Docker from 'dockerode'

/** The Docker Engine behind a unix socket. Nothing is sent before the first call. */
export function connectDocker(socketPath: string): Docker {
  return new Docker({ socketPath })
}

export type { default as Docker } from 'dockerode'
