/** Where GitHub delivers to. */
export const WEBHOOK_PATH = '/api/github/webhooks'
