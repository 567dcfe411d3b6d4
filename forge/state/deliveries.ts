import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'

export interface Delivery {
  readonly id: number
  /** The same for every attempt of one event. */
  readonly guid: string
  readonly event: string
  readonly action: string | null
  /** 0: none. */
  readonly installationId: number
  /** 0: none. */
  readonly repositoryId: number
  readonly payload: string
  readonly redelivery: number
  readonly createdAtMs: number
  /** Null while it waits to be sent. */
  readonly deliveredAtMs: number | null
  readonly durationMs: number | null
  readonly status: string | null
  readonly statusCode: number | null
  readonly response: string | null
}

export interface DeliveryResult {
  readonly deliveredAtMs: number
  readonly durationMs: number
  /** `OK`, or what went wrong in a few words. */
  readonly status: string
  /** The answer's, or 0 when there was none. */
  readonly statusCode: number
  readonly response: { readonly headers: Readonly<Record<string, string>>; readonly payload: string }
}

const SELECT = `SELECT id, guid, event, action, installation_id AS installationId, repository_id AS repositoryId, payload,
  redelivery, created_at_ms AS createdAtMs, delivered_at_ms AS deliveredAtMs, duration_ms AS durationMs, status,
  status_code AS statusCode, response FROM deliveries`

type NewDelivery = Pick<Delivery, 'event' | 'action' | 'installationId' | 'repositoryId' | 'payload' | 'createdAtMs'>

/** Stores an event before it is sent: after a crash it is still there. */
export function addDelivery(database: Database, delivery: NewDelivery): number {
  return insert(database, { ...delivery, guid: randomUUID(), redelivery: 0 })
}

/** A further attempt with the same GUID. */
export function repeatDelivery(database: Database, delivery: Delivery, nowMs: number): number {
  return insert(database, { ...delivery, createdAtMs: nowMs, redelivery: 1 })
}

export function recordResult(database: Database, id: number, result: DeliveryResult): void {
  database.run(
    'UPDATE deliveries SET delivered_at_ms = ?, duration_ms = ?, status = ?, status_code = ?, response = ? WHERE id = ?',
    result.deliveredAtMs,
    result.durationMs,
    result.status,
    result.statusCode,
    JSON.stringify(result.response),
    id,
  )
}

export function removeDelivery(database: Database, id: number): void {
  database.run('DELETE FROM deliveries WHERE id = ?', id)
}

export function deliveryById(database: Database, id: number): Delivery | undefined {
  return database.one<Delivery>(`${SELECT} WHERE id = ?`, id)
}

export function waitingDeliveries(database: Database): Delivery[] {
  return database.all<Delivery>(`${SELECT} WHERE delivered_at_ms IS NULL ORDER BY id`)
}

/** The newest first, older than `before` when it is given. */
export function deliveredBefore(database: Database, before: number | undefined, limit: number): Delivery[] {
  return database.all<Delivery>(
    `${SELECT} WHERE delivered_at_ms IS NOT NULL AND id < ? ORDER BY id DESC LIMIT ?`,
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  )
}

function insert(database: Database, delivery: NewDelivery & Pick<Delivery, 'guid' | 'redelivery'>): number {
  return database.run(
    `INSERT INTO deliveries (guid, event, action, installation_id, repository_id, payload, redelivery, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    delivery.guid,
    delivery.event,
    delivery.action,
    delivery.installationId,
    delivery.repositoryId,
    delivery.payload,
    delivery.redelivery,
    delivery.createdAtMs,
  ).id
}

const KEPT_MS = 3 * 24 * 3_600_000

/** As GitHub, the forge keeps deliveries for three days. */
export function forgetOldDeliveries(database: Database, nowMs: number): void {
  database.run('DELETE FROM deliveries WHERE delivered_at_ms < ?', nowMs - KEPT_MS)
}
