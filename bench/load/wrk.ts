import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Peers } from '../peers/packages.ts'

const run = promisify(execFile)

/** As many requests as go over 16 connections in so many seconds; how many were answered with 2xx. Fails when one was not. */
export async function wrk(
  peers: Peers,
  at: { readonly port: number; readonly host: string },
  seconds: number,
): Promise<number> {
  const args = ['-t1', '-c16', `-d${seconds}s`, '-H', `Host: ${at.host}`, `http://127.0.0.1:${at.port}/`]
  const { stdout } = await run(peers.wrk, args, { env: peers.env })
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk: ${stdout}`)
  return Number(/(\d+) requests in/.exec(stdout)?.[1])
}
