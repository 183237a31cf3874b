import { ok, type Result } from '../../contract/result.ts';
import type { Parts } from '../parts.ts';
import type { WebhookRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { newSigningSecret } from './signature.ts';

/** How long the secret before signs, too, after a new one was made. */
const OVERLAP_SECONDS = 24 * 3600;

export type WebhookSettings = {
  /** Where the events of the tenant go, beside the callback addresses of its sessions; null: nowhere. */
  readonly url: string | null;
  /** Unix time in seconds; null: no secret was made yet. */
  readonly secretCreatedAt: number | null;
  /** Until when the secret before it signs, too; null: it does not. */
  readonly previousUntil: number | null;
};

/** What an admin may see of it; the secret is never shown again. */
export async function webhookOf({ store, clock }: Parts, tenantId: string): Promise<WebhookSettings> {
  return settingsOf(await store.webhook(tenantId), clock());
}

/** Says where the events of the tenant go. Error: `target-forbidden`. */
export async function setWebhook(
  { store, clock, targets }: Parts,
  tenantId: string,
  url: string | null,
): Promise<Result<WebhookSettings>> {
  const checked = url === null ? ok(undefined) : targets.check(url);
  if (!checked.ok) return checked;
  const set = await store.changeWebhook(tenantId, (before) => ({ secrets: before?.secrets ?? [], url }));
  return ok(settingsOf(set, clock()));
}

/** Makes another secret, which is shown this once. The one before it signs beside it for a day. */
export async function newWebhookSecret(
  { store, clock }: Parts,
  tenantId: string,
): Promise<{ readonly secret: string; readonly settings: WebhookSettings }> {
  const secret = newSigningSecret();
  const now = Math.floor(clock() / 1000);
  const set = await store.changeWebhook(tenantId, (before) => ({
    url: before?.url ?? null,
    secrets: [
      { secret, createdAt: now, until: null },
      ...(before?.secrets ?? [])
        .filter(({ until }) => until === null || until > now)
        .map((old) => ({ ...old, until: old.until ?? now + OVERLAP_SECONDS })),
    ],
  }));
  return { secret, settings: settingsOf(set, clock()) };
}

/** Where to and with what to sign now. The first letter of a tenant makes its secret. */
export async function signing(
  store: Store,
  tenantId: string,
  nowMs: number,
): Promise<{ readonly url: string | null; readonly secrets: readonly string[] }> {
  const now = Math.floor(nowMs / 1000);
  const known = await store.webhook(tenantId);
  const { url, secrets } =
    known !== undefined && known.secrets.length > 0
      ? known
      : await store.changeWebhook(tenantId, (before) => ({
          url: before?.url ?? null,
          secrets:
            before !== undefined && before.secrets.length > 0
              ? before.secrets
              : [{ secret: newSigningSecret(), createdAt: now, until: null }],
        }));
  const valid = secrets.filter(({ until }) => until === null || until > now);
  return { url, secrets: valid.map(({ secret }) => secret) };
}

function settingsOf(webhook: WebhookRecord | undefined, nowMs: number): WebhookSettings {
  const [newest, before] = webhook?.secrets ?? [];
  const until = before?.until ?? null;
  return {
    url: webhook?.url ?? null,
    secretCreatedAt: newest?.createdAt ?? null,
    previousUntil: until !== null && until * 1000 > nowMs ? until : null,
  };
}
