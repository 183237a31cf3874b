import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

export type Config = {
  /** Address of the media service. */
  readonly server: string;
  /** With the role `capture` and no other. */
  readonly apiKey: string;
  /** What the desktop client shows as `Authorization: Bearer …`. In yours, that is your users' own login. */
  readonly connectSecret: string;
  readonly endUser: string;
  /** RFC 7638 thumbprint of the key the media service signs with; given to the client, it need not trust the first it sees. */
  readonly serviceKey?: string | undefined;
  /** What the media service signs events with (its `POST /webhook/secret`). Absent: it is not asked for events. */
  readonly webhookSecret?: string | undefined;
  /** Where the media service reaches `POST /webhook` here; absent: where this listens. */
  readonly callbackUrl?: string | undefined;
  /** 0, or absent: a free one. */
  readonly port?: number;
};

type Environment = { readonly [name: string]: string | undefined };

/** Secrets come from the environment, or from a file named there, as secret managers mount them; never from argv. */
export function configFrom(env: Environment): Config {
  const secret = (name: string) => {
    const file = env[`${name}_FILE`];
    return file ? readFileSync(file, 'utf8').trim() : env[name];
  };
  const apiKey = secret('TALLYLIGHT_API_KEY');
  const connectSecret = secret('TALLYLIGHT_CONNECT_SECRET');
  if (!env.TALLYLIGHT_SERVER || !apiKey || !connectSecret)
    throw new Error('set TALLYLIGHT_SERVER, TALLYLIGHT_API_KEY and TALLYLIGHT_CONNECT_SECRET');
  return {
    server: env.TALLYLIGHT_SERVER.replace(/\/+$/, ''),
    apiKey,
    connectSecret,
    endUser: env.TALLYLIGHT_END_USER || userInfo().username,
    serviceKey: env.TALLYLIGHT_SERVICE_KEY,
    webhookSecret: secret('TALLYLIGHT_WEBHOOK_SECRET'),
    callbackUrl: env.TALLYLIGHT_CALLBACK_URL,
  };
}
