import type { MicroConfig } from '../../config.ts'

type Engine = Pick<MicroConfig, 'runtime' | 'build' | 'run' | 'serve'>

/** Deta Space built with Node.js 16, and what was written for it may not build with a newer one. */
const BUILDS_WITH = 'nodejs16'

const BUILD = 'npm run build'

/** Where the build tools of these frameworks put their pages, when `serve` does not say it: Vite, Create React App, the Rollup template. */
const page: Engine = {
  runtime: BUILDS_WITH,
  build: BUILD,
  serve: { folders: ['dist', 'build', 'public'], singlePage: true },
}

/** What each engine of Deta Space means here; a Spacefile's own `commands`, `serve` and `run` go before it. */
export const spaceEngines: ReadonlyMap<string, Engine> = new Map<string, Engine>([
  ['static', { serve: { folders: ['.'], singlePage: false } }],
  ['react', page],
  ['svelte', page],
  ['vue', page],
  ['next', { runtime: BUILDS_WITH, build: BUILD, run: 'next start -p $PORT' }],
  ['nuxt', { runtime: BUILDS_WITH, build: BUILD, run: 'node .output/server/index.mjs' }],
  ['svelte-kit', { runtime: BUILDS_WITH, build: BUILD, run: 'node build' }],
  ['python3.8', { runtime: 'python3.8' }],
  ['python3.9', { runtime: 'python3.9' }],
  ['nodejs16', { runtime: 'nodejs16' }],
  ['nodejs16.x', { runtime: 'nodejs16' }],
  ['custom', {}],
])
