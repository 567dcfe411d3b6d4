import type { Runtime } from '../../runtimes/catalogue.ts'
import { paths } from '../../runtimes/launch.ts'

/** The Dockerfile that compiles init with a builder's compiler and keeps nothing but the program. */
export function initDockerfile(builderBase: string): string {
  return lines([
    `FROM ${builderBase}`,
    'LABEL micropush.image=stage',
    'COPY . /init',
    'RUN cd /init && gcc -std=gnu11 -static -Os -Wall -o /usr/local/bin/micropush-init *.c && strip /usr/local/bin/micropush-init',
    'FROM scratch',
    'COPY --from=0 /usr/local/bin/micropush-init /init',
  ])
}

interface SandboxParts {
  readonly base: string
  readonly init: string
}

/**
 * The Dockerfile of a sandbox. The loader comes last: when it changes, everything before is taken from Docker's cache.
 * Its byte-code is compiled here because the root is read-only later; it is never checked against its source again.
 */
export function sandboxDockerfile(runtime: Runtime, { base, init }: SandboxParts): string {
  const folder = `/opt/micropush/${runtime.language}`
  const compile = `RUN python3 -m compileall -q --invalidation-mode unchecked-hash ${folder}`
  return lines([
    `FROM ${base}`,
    ...(runtime.packages ? ['COPY runtime/ /'] : []),
    `COPY --from=${init} /init ${paths.init}`,
    `COPY loader/ ${folder}/`,
    ...(runtime.language === 'python' ? [compile] : []),
    'WORKDIR /app',
    `ENTRYPOINT ["${paths.init}"]`,
  ])
}

/** The Dockerfile of a builder. node-gyp finds the headers in the image and need not download them. */
export function builderDockerfile(runtime: Runtime, base: string): string {
  const node = ['COPY runtime/ /', 'ENV npm_config_nodedir=/usr/local']
  return lines([`FROM ${base}`, ...(runtime.packages ? node : []), 'WORKDIR /app'])
}

function lines(text: readonly string[]): string {
  return `${text.join('\n')}\n`
}
