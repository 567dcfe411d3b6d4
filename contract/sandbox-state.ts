import { z } from 'zod'

/** `hot`: it runs. `frozen`: its processes are stopped, and keep their memory. `cold`: there is nothing of it in memory. */
const temperature = z.enum(['hot', 'frozen', 'cold'])

export type Temperature = z.infer<typeof temperature>

/** How a deployment is at the moment, as the runner answers on its socket at `GET /deployments/<id>`. */
export const sandboxState = z.object({
  temperature,
  /** When it was frozen, in ms since 1970; of frozen ones alone. */
  sinceMs: z.number().optional(),
  sandboxes: z.number().int(),
  /** What its sandboxes hold; absent where the kernel does not say. */
  memoryBytes: z.number().optional(),
})

export type SandboxState = Readonly<z.infer<typeof sandboxState>>
