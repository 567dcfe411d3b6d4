import type { Language } from '../../../runtimes/catalogue.ts'

/** What waits can become: any app of this runtime. */
export interface RuntimeKind {
  /** Reference of the runtime's sandbox image. */
  readonly image: string
  readonly language: Language
}

interface Options {
  /** The deployments that visitors are led to. */
  served(): ReadonlySet<string>
  /** The set may be another one. */
  onChange(): void
}

interface RuntimesInUse {
  know(deploymentId: string, kind: RuntimeKind): void
  kinds(): RuntimeKind[]
  has(image: string): boolean
  close(): void
}

/** A deployment is started before visitors are led to it. */
const GRACE_MS = 60_000
const LOOK_MS = 60_000

/** Which runtimes are those of deployments that are served. It looks anew each minute, as long as there is one. */
export function createRuntimesInUse(options: Options): RuntimesInUse {
  const known = new Map<string, { readonly kind: RuntimeKind; readonly atMs: number }>()
  let used = new Map<string, RuntimeKind>()
  let timer: NodeJS.Timeout | undefined

  const look = (): void => {
    const nowMs = Date.now()
    const served = options.served()
    for (const [id, { atMs }] of known) if (nowMs - atMs > GRACE_MS && !served.has(id)) known.delete(id)
    used = new Map([...known.values()].map(({ kind }) => [kind.image, kind]))
    clearTimeout(timer)
    if (known.size > 0) timer = setTimeout(look, LOOK_MS).unref()
    options.onChange()
  }

  return {
    know(deploymentId, kind) {
      known.set(deploymentId, { kind, atMs: Date.now() })
      if (!used.has(kind.image)) look()
    },
    kinds: () => [...used.values()],
    has: (image) => used.has(image),
    close: () => clearTimeout(timer),
  }
}
