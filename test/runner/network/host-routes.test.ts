import { expect, test } from 'vitest'
import { parseRoutes } from '../../../runner/network/host-routes.ts'

test('routes are read from the kernel’s table, the default route left out', () => {
  const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`
  expect(parseRoutes(table)).toEqual(['172.17.0.0/16', '192.0.2.0/24'])
})
