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

/** The Dockerfile of what is below loader and init: Debian's packages and, for Node, npm's build of it. */
export function baseDockerfile(runtime: Runtime, debian: string): string {
  return lines([`FROM ${debian}`, ...(runtime.packages ? ['COPY runtime/ /'] : [])])
}

/**
 * The Dockerfile of a sandbox's thin layer. The loader's byte-code is compiled here because the root is read-only later;
 * it is never checked against its source again.
 */
export function sandboxDockerfile(runtime: Runtime, below: { readonly base: string; readonly init: string }): string {
  const folder = `/opt/micropush/${runtime.language}`
  const library = runtime.language === 'node' ? paths.nodeLibrary : paths.pythonLibrary
  const compile = `RUN python3 -m compileall -q --invalidation-mode unchecked-hash ${folder} ${library}`
  // ES modules know no NODE_PATH. They look in the folders above the app, of which the root is the last.
  const link = `RUN ln -s ${library} /node_modules`
  return lines([
    `FROM ${below.base}`,
    `COPY --from=${below.init} /init ${paths.init}`,
    `COPY loader/ ${folder}/`,
    `COPY library/ ${library}/`,
    runtime.language === 'python' ? compile : link,
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
