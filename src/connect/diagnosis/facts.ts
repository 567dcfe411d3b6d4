/** What GitHub says of the App and its deliveries, as far as it bears on the first push. */
export interface GitHubFacts {
  readonly name: string
  /** The App's page, where it can be installed. */
  readonly url: string
  /** Where its owner changes it. */
  readonly settingsUrl: string
  /** Where GitHub delivers to; undefined when no webhook is set. */
  readonly hookUrl: string | undefined
  readonly events: readonly string[]
  readonly permissions: Readonly<Record<string, string>>
  readonly installations: readonly InstallationFacts[]
  /** The newest first. */
  readonly deliveries: readonly DeliveryFacts[]
}

export interface InstallationFacts {
  readonly account: string
  readonly isSuspended: boolean
  /** Of it alone; undefined when they could not be counted. */
  readonly repositories: number | undefined
  readonly permissions: Readonly<Record<string, string>>
  readonly events: readonly string[]
  /** Where its owner changes it. */
  readonly settingsUrl: string
}

export interface DeliveryFacts {
  readonly event: string
  readonly action: string | undefined
  readonly deliveredAt: string
  /** 0 when there was no answer. */
  readonly statusCode: number
  /** GitHub's own word for it. */
  readonly status: string
  /** What we ourselves said was wrong, for the newest failed one. */
  readonly fault: string | undefined
}

/** What is known of the connection: what GitHub says, or why it says nothing. */
export type Facts =
  | { readonly kind: 'known'; readonly github: GitHubFacts }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly code: string }
