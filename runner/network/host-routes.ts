import { readFile } from 'node:fs/promises'

/** The networks that the host has routes to, in CIDR notation; the default route, which is all of them, left out. */
export async function hostRoutes(): Promise<string[]> {
  return parseRoutes(await readFile('/proc/net/route', 'utf8'))
}

/** Columns of /proc/net/route: interface, destination, gateway, flags, …, mask as the eighth; addresses in hexadecimal, bytes reversed on little-endian machines. */
export function parseRoutes(table: string): string[] {
  const rows = table.trim().split('\n').slice(1)
  return rows.flatMap((row) => {
    const columns = row.split('\t')
    const destination = bytesOf(columns[1])
    const mask = bytesOf(columns[7])
    if (!destination || !mask) return []
    const prefix = mask.reduce((bits, byte) => bits + byte.toString(2).replaceAll('0', '').length, 0)
    return prefix === 0 ? [] : [`${destination.join('.')}/${prefix}`]
  })
}

function bytesOf(hex: string | undefined): number[] | undefined {
  if (hex === undefined || !/^[0-9A-F]{8}$/i.test(hex)) return undefined
  return [...Buffer.from(hex, 'hex')].toReversed()
}
