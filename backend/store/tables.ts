import type { CopyPlaceTables } from './copy-place-tables.ts';
import type { InstanceTables } from './instance-tables.ts';

/**
 * The tables as both databases have them. Booleans are 0 or 1; objects are JSON in text. A column `sealed` is AES-256-GCM in
 * base64: under the key of its session, or under the service's column key where it belongs to none.
 */
export type Tables = InstanceTables &
  CopyPlaceTables & {
    tenant: { id: string; name: string; created_at: number };
    collection: { tenant_id: string; id: string; name: string; description: string; created_at: number };
    admin: { id: string; tenant_id: string; name: string; password: string; created_at: number };
    /** What an admin shows after signing in (`console`) or confirming (`confirmation`). */
    admin_pass: {
      sha256: string;
      admin_id: string;
      kind: 'console' | 'confirmation';
      csrf: string;
      seen_at: number;
      expires_at: number;
      confirmed_until: number;
    };
    api_key: {
      id: string;
      name: string;
      sha256: string;
      created_at: number;
      tenant_id: string;
      environment: string;
      /** Separated by commas. */
      roles: string;
      prefix: string;
      expires_at: number | null;
      last_used_at: number | null;
    };
    client_token: {
      sha256: string;
      tenant_id: string;
      environment: string;
      key_id: string;
      session_id: string | null;
      family: string;
      began_at: number;
      /** Blind index of the end user. */
      subject: string | null;
      channels: string | null;
      actions: string;
      possession: 'open' | 'key' | 'bearer';
      jkt: string | null;
      expires_at: number;
    };
    capture_session: {
      id: string;
      tenant_id: string;
      environment: string;
      collection_id: string;
      status: string;
      created_at: number;
      started_at: number | null;
      ended_at: number | null;
      wrapped_key: string;
      policy: string | null;
      consent_sha256: string | null;
      /** Blind index of the end user. */
      subject: string;
      /** Under the session's key: end user, metadata, callback, manifest, consent. */
      sealed: string;
    };
    rtstream: {
      id: string;
      session_id: string;
      /** Blind index, so that a channel is once in its session. */
      channel_id: string;
      type: 'audio' | 'video';
      store: number;
      position: number;
      last_take: number | null;
      last_sequence: number | null;
      fragments: number;
      bytes: number;
      /** Of the take under way, ticks per second. */
      timescale: number | null;
      media_ms: number;
      /** Null: from before streams had keys, sealed with the session's. Empty: destroyed. */
      wrapped_key: string | null;
      revoked_at: number | null;
      /** Under the session's key: channel id, name, fingerprint. */
      sealed: string;
    };
    fragment: {
      stream_id: string;
      take: number;
      sequence: number;
      started_at_ms: number;
      duration_ms: number;
      paused_before_ms: number;
      bytes: number;
      sha256: string;
      blob: string;
      received_at: number;
    };
    video: {
      id: string;
      session_id: string;
      stream_id: string;
      part: number;
      format: string;
      length_seconds: number;
      size_bytes: number;
      sha256: string;
      takes: number;
      fragments: number;
      created_at: number;
    };
    collection_policy: {
      tenant_id: string;
      collection_id: string;
      version: number;
      content: string;
      created_at: number;
      created_by: string;
    };
    audit_entry: {
      tenant_id: string;
      sequence: number;
      at: string;
      actor: string;
      action: string;
      object: string;
      outcome: 'done' | 'refused' | 'failed';
      reason: string;
      previous: string;
      hash: string;
    };
    /** Which entries concern a person; goes when the person is erased, while the chain stays whole. */
    audit_subject: { tenant_id: string; sequence: number; subject: string; environment: string };
    /** What was deleted, as the service signs it for the clients that still hold a copy. `channel_id` is empty for all of it. */
    tombstone: { session_id: string; channel_id: string; tenant_id: string; deleted_at: number; jws: string };
    /** Access and erasure requests. `sealed`, under the column key: whose, and the receipt. */
    rights_request: {
      id: string;
      tenant_id: string;
      kind: 'access' | 'erase';
      status: 'open' | 'done' | 'failed';
      created_at: number;
      finished_at: number | null;
      sealed: string;
    };
    /** Where a tenant's own events go, and the secret that signs all of them. `sealed`, under the column key. */
    webhook: { tenant_id: string; sealed: string };
    outbox: {
      id: string;
      tenant_id: string;
      /** Null: it concerns the tenant. */
      environment: string | null;
      /** Blind index of the person of the session. */
      subject: string | null;
      session_id: string | null;
      /** What is told in its order, one after the other: a session to one of its addresses. */
      lane: string;
      position: number;
      event: string;
      /** Under the column key: address and body. */
      sealed: string;
      created_at: number;
      next_at: number;
      attempts: number;
      state: 'waiting' | 'dead';
      last_error: string;
    };
    /** Where recordings are copied to. `sealed`: credentials, under the key that the master key wraps in `wrapped_key`. */
    destination: {
      id: string;
      tenant_id: string;
      collection_id: string;
      environment: string;
      place: string;
      keep_backup: number;
      wrapped_key: string;
      sealed: string;
      credentials_at: number;
      updated_at: number;
    };
    /** The second copy of each video. */
    copy: {
      video_id: string;
      session_id: string;
      tenant_id: string;
      collection_id: string;
      environment: string;
      state: 'new' | 'lost' | 'kept' | 'sending' | 'leaving' | 'sent';
      is_held: number;
      attempts: number;
      next_at: number;
      /** Of whoever works on it until `next_at`; empty: nobody. */
      claim: string;
      last_error: string;
      sent_to: string;
      sent_at: number | null;
      created_at: number;
    };
    service_secret: { name: string; wrapped: string };
    fact: { name: string; value: string };
    migration: { name: string };
  };
