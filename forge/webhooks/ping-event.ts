import type { Forge } from '../forge.ts'

/** The `ping` event of an App: https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping */
export function pingEvent({ app, grant, hook, urls }: Pick<Forge, 'app' | 'grant' | 'hook' | 'urls'>) {
  return {
    zen: 'Keep it logically awesome.',
    hook_id: app.appId,
    hook: {
      type: 'App',
      id: app.appId,
      name: 'web',
      active: true,
      events: grant.events,
      config: { content_type: 'json', insecure_ssl: '0', secret: '********', url: hook.url },
      updated_at: app.createdAt,
      created_at: app.createdAt,
      app_id: app.appId,
      deliveries_url: `${urls.api}/app/hook/deliveries`,
    },
  }
}
