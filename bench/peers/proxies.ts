import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../test/journey/support/ports.ts'
import { untilAnswered } from '../load/requests.ts'
import type { Peers } from './packages.ts'

export interface Proxy {
  readonly name: string
  readonly port: number
  readonly pids: readonly number[]
  readonly stop: () => Promise<void>
}

interface Target {
  readonly socketPath: string
  /** The host that the load asks for. */
  readonly host: string
  readonly folder: string
}

/** The three proxies in front of one socket, as their manuals say it is done, each telling the micro who asks as we do. */
export async function startProxies(peers: Peers, target: Target): Promise<Proxy[]> {
  const { folder, socketPath } = target
  await mkdir(folder, { recursive: true })
  const ports = { nginx: await freePort(), caddy: await freePort(), haproxy: await freePort() }
  const nginx = join(folder, 'nginx.conf')
  const caddy = join(folder, 'Caddyfile')
  const haproxy = join(folder, 'haproxy.cfg')
  await writeFile(nginx, nginxConfig(socketPath, { folder, port: ports.nginx }))
  await writeFile(caddy, caddyConfig(socketPath, ports.caddy))
  await writeFile(haproxy, haproxyConfig(socketPath, ports.haproxy))
  const commands: Record<keyof typeof ports, [string, ...string[]]> = {
    nginx: [peers.nginx, '-p', folder, '-c', nginx],
    caddy: [peers.caddy, 'run', '--config', caddy, '--adapter', 'caddyfile'],
    haproxy: [peers.haproxy, '-db', '-f', haproxy],
  }
  const started: Proxy[] = []
  for (const name of ['nginx', 'caddy', 'haproxy'] as const) {
    const [file, ...args] = commands[name]
    const child = spawn(file, args, { env: peers.env, stdio: 'ignore', cwd: folder })
    started.push({ name, port: ports[name], pids: child.pid === undefined ? [] : [child.pid], stop: () => end(child) })
    await untilAnswered({ port: ports[name], host: target.host }, performance.now(), 10_000)
  }
  return started
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  if (child.exitCode !== null || !child.kill('SIGTERM')) return
  const late = setTimeout(() => child.kill('SIGKILL'), 3000)
  await gone
  clearTimeout(late)
}

function nginxConfig(socketPath: string, of: { readonly folder: string; readonly port: number }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${of.folder}/${kind};`,
  )
  return `user root; worker_processes 1; daemon off; master_process off; error_log /dev/null; pid ${of.folder}/pid;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000; ${temporary.join(' ')}
  upstream micro { server unix:${socketPath}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${of.port};
    location / {
      proxy_pass http://micro; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto http; proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Request-Id $request_id;
    }
  }
}
`
}

function caddyConfig(socketPath: string, port: number): string {
  return `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy unix/${socketPath} {
    header_up X-Real-IP {remote_host}
    header_up X-Request-Id {http.request.uuid}
  }
}
`
}

function haproxyConfig(socketPath: string, port: number): string {
  return `global
  nbthread 1
  maxconn 1000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option forwardfor
  http-reuse always
frontend front
  bind 127.0.0.1:${port}
  unique-id-format %{+X}o%ci%cp%ts%rt
  unique-id-header X-Request-Id
  http-request set-header X-Real-IP %[src]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  default_backend micro
backend micro
  server one unix@${socketPath}
`
}
