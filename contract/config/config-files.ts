/** The names a config file may have, in the root of the repository. */
export const configFiles = ['micro.yml', 'micro.yaml', 'micro.json'] as const

export type ConfigFile = (typeof configFiles)[number]
