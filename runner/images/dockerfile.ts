import type { Runtime } from '../../runtimes/catalogue.ts'
import { paths } from '../../runtimes/launch.ts'

/**
 * The Dockerfile that compiles init, and what puts an app into a sandbox that runs, with a builder's compiler and keeps nothing but the two programs. The
 * second one is for the host: no sandbox has it.
 */
export function initDockerfile(builderBase: string): string {
  return lines([
    `FROM ${builderBase}`,
    'LABEL micropush.image=stage',
    'COPY . /init',
    'RUN cd /init && gcc -std=gnu11 -static -Os -Wall -o /out-init *.c && gcc -std=gnu11 -static -Os -Wall -o /out-attach attach/*.c && gcc -shared -fPIC -nostdlib -Os -Wall -o /out-reseed reseed/*.c && strip /out-*',
    'FROM scratch',
    'COPY --from=0 /out-init /init',
    'COPY --from=0 /out-attach /attach',
    'COPY --from=0 /out-reseed /reseed.so',
  ])
}

/** The Dockerfile of what is below loader and init: a distribution's packages and, for Node, npm's build of it. */
export function baseDockerfile(runtime: Runtime, below: string): string {
  return lines([`FROM ${below}`, ...(runtime.packages ? ['COPY runtime/ /'] : [])])
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
    ...(runtime.language === 'node' ? [`COPY --from=${below.init} /reseed.so ${paths.reseed}`] : []),
    `COPY loader/ ${folder}/`,
    `COPY library/ ${library}/`,
    runtime.language === 'python' ? compile : link,
    // The root is read-only later, and a sandbox that runs already cannot get a new folder to mount on.
    `RUN mkdir -p ${paths.cache}`,
    'WORKDIR /app',
    `ENTRYPOINT ["${paths.init}"]`,
  ])
}

/** Where a Python builder's pip is until it is installed. */
export const pipFolder = 'runtime/opt/micropush/pip'

interface Builder {
  readonly base: string
  /** Whether the context has a pip of ours; an official image has its own. */
  readonly pip: 'ours' | 'its own'
}

/** The Dockerfile of a builder. node-gyp finds the headers in the image and need not download them. */
export function builderDockerfile(runtime: Runtime, { base, pip }: Builder): string {
  const install = [
    'RUN for wheel in /opt/micropush/pip/pip-*.whl; do',
    'python3 "$wheel/pip" install --quiet --no-index --no-deps --no-cache-dir "$wheel" || exit 1;',
    'done; rm -r /opt/micropush/pip',
  ].join(' ')
  const node = ['COPY runtime/ /', 'ENV npm_config_nodedir=/usr/local']
  const python = pip === 'ours' ? ['COPY runtime/ /', install] : []
  return lines([`FROM ${base}`, ...(runtime.packages ? node : python), 'WORKDIR /app'])
}

function lines(text: readonly string[]): string {
  return `${text.join('\n')}\n`
}
