import { createHmac, randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const SECRET_PREFIX = 'whsec_';

/** A secret as Standard Webhooks writes it: 256 random bits in base64 after `whsec_`. */
export function newSigningSecret(): string {
  return SECRET_PREFIX + randomBytes(32).toString('base64');
}

/**
 * The headers that prove who sent a body and when. Of several secrets, which are valid side by side while one takes the
 * place of another, each signs.
 *
 * `webhook-…` are Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`, in base64.
 * `x-videodb-signature` is ours, as nobody has published one: `t=<Unix seconds>,v1=<hex>`, where v1, which may be there more
 * than once, is HMAC-SHA256 over `t.body`. The key of both is the secret, decoded from base64 after `whsec_`.
 */
export function signedHeaders(
  { id, body }: { readonly id: string; readonly body: string },
  secrets: readonly string[],
  nowMs: number,
): { readonly [name: string]: string } {
  const seconds = Math.floor(nowMs / 1000);
  const at = new Date(seconds * 1000);
  const ours = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
    'x-videodb-signature': [`t=${seconds}`, ...ours].join(','),
  };
}
