import type { KeptArtifacts } from '../../contract/store/artifacts.ts'
import { formatSize } from '../../contract/text/format-size.ts'
import { diskBounds, readDisk } from './disk.ts'
import { listArtifacts } from './list-artifacts.ts'

interface Description {
  readonly dataDir: string
  readonly diskBudgetBytes: number | undefined
  readonly diskFloorBytes: number | undefined
  /** Of all images of the machine; undefined when Docker cannot be asked. */
  readonly imageBytes: number | undefined
  /** Undefined when Redis cannot be asked. */
  readonly kept: KeptArtifacts | undefined
}

/** What takes the disk and what bounds it, a line each, for `micropush disk`. */
export async function describeDisk(of: Description): Promise<string[]> {
  const disk = await readDisk(of.dataDir)
  const bounds = diskBounds(disk, of)
  const artifacts = await listArtifacts(of.dataDir)
  const bytesOf = (kind: string, needed: boolean) =>
    artifacts
      .filter((one) => one.kind === kind && (of.kept?.[one.kind].has(one.name) ?? true) === needed)
      .reduce((sum, { bytes }) => sum + bytes, 0)
  const line = (what: string, bytes: number, more = '') => `${what.padEnd(40)}${formatSize(bytes).padStart(10)}${more}`
  const kinds = [...new Set(artifacts.map(({ kind }) => kind))]
  const used = artifacts.reduce((sum, { bytes }) => sum + bytes, 0)
  return [
    ...kinds.flatMap((kind) => [
      line(`${kind}, needed by kept deployments`, bytesOf(kind, true)),
      line(`${kind}, kept for pushes to come`, bytesOf(kind, false)),
    ]),
    line('together', used, `   of a budget of ${formatSize(bounds.budgetBytes)} (MICROPUSH_DISK_BUDGET)`),
    ...(of.imageBytes === undefined ? [] : [line('images of this machine', of.imageBytes)]),
    line(
      'free',
      disk.freeBytes,
      `   of ${formatSize(disk.totalBytes)}; no deployment begins below ${formatSize(bounds.floorBytes)} (MICROPUSH_DISK_FLOOR)`,
    ),
  ]
}
