import { readFile } from 'node:fs/promises'

/** A mounted hierarchy of cgroups. */
export interface CgroupMount {
  /** Where it is mounted. */
  readonly folder: string
  /** What of the hierarchy is mounted there: `/` for all of it. */
  readonly root: string
  /** Controllers of a v1 hierarchy; undefined for v2. */
  readonly controllers: ReadonlySet<string> | undefined
}

/** The hierarchies that this process sees; see proc_pid_mountinfo(5). */
export async function cgroupMounts(proc: string): Promise<CgroupMount[]> {
  return parseMounts(await readFile(`${proc}/self/mountinfo`, 'utf8'))
}

export function parseMounts(mountinfo: string): CgroupMount[] {
  return mountinfo.split('\n').flatMap((line): CgroupMount[] => {
    const [place = '', source = ''] = line.split(' - ')
    const [, , , root = '', folder = ''] = place.split(' ').map(unescape)
    const [type, , options = ''] = source.split(' ')
    if (type === 'cgroup2') return [{ folder, root, controllers: undefined }]
    if (type === 'cgroup') return [{ folder, root, controllers: new Set(options.split(',')) }]
    return []
  })
}

/** Spaces and the like are written as octal numbers. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
