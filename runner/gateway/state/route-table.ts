import type { Route } from '../protocol.ts'

/** Host to route, by exact canonical name. */
export class RouteTable {
  #routes = new Map<string, Route>()

  find(host: string): Route | undefined {
    return this.#routes.get(host)
  }

  set(route: Route): void {
    this.#routes.set(route.host, route)
  }

  delete(host: string): void {
    this.#routes.delete(host)
  }

  replace(routes: readonly Route[]): void {
    this.#routes = new Map(routes.map((route) => [route.host, route]))
  }

  leadsTo(deploymentId: string): boolean {
    for (const route of this.#routes.values()) if (route.deploymentId === deploymentId) return true
    return false
  }
}
