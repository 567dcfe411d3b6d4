import type { Route } from '../protocol.ts'

/** Host to route, by exact canonical name. */
export class RouteTable {
  #routes = new Map<string, Route>()
  /** How many hosts lead to each deployment. */
  #led = new Map<string, number>()

  find(host: string): Route | undefined {
    return this.#routes.get(host)
  }

  set(route: Route): void {
    this.delete(route.host)
    this.#routes.set(route.host, route)
    this.#led.set(route.deploymentId, (this.#led.get(route.deploymentId) ?? 0) + 1)
  }

  delete(host: string): void {
    const former = this.#routes.get(host)
    if (former === undefined) return
    this.#routes.delete(host)
    const left = (this.#led.get(former.deploymentId) ?? 1) - 1
    if (left === 0) this.#led.delete(former.deploymentId)
    else this.#led.set(former.deploymentId, left)
  }

  replace(routes: readonly Route[]): void {
    this.#routes = new Map()
    this.#led = new Map()
    for (const route of routes) this.set(route)
  }

  leadsTo(deploymentId: string): boolean {
    return this.#led.has(deploymentId)
  }
}
