/** The environment in which the runner was started, for the host's registry and proxy settings. */
export function hostEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
