import { fail } from '../../contract/result.ts';
import type { Connection, Host } from '../../main/host.ts';
import type { Parts } from './parts.ts';

const URL_NAME = 'TALLYLIGHT_CONNECT_URL';
const SECRET_NAME = 'TALLYLIGHT_CONNECT_SECRET';

/** Where sessions come from. Without a configuration the app runs and says what is missing. */
export function connectionFrom(env: Parts['env'], yourBackend: Parts['yourBackend']): Connection {
  const url = env[URL_NAME];
  const secret = env[SECRET_NAME];
  if (!url) return missing(URL_NAME);
  if (!secret) return missing(SECRET_NAME);
  return yourBackend(url, secret);
}

/** For the app that is started anew with the environment of this one: puts back what `withoutSecrets` takes out. */
export function secretsFor(env: Parts['env']): () => void {
  const secret = env[SECRET_NAME];
  return () => {
    if (secret !== undefined) env[SECRET_NAME] = secret;
  };
}

function missing(name: string): Connection {
  const refused = async () => fail('service-unreachable', `${name} is not set`);
  return { open: refused, reopen: refused };
}

/** Takes the secret out of the process's environment, so that ffmpeg and every other child never sees it. */
export function withoutSecrets(env: Parts['env']): Host['env'] {
  delete env[SECRET_NAME];
  return { ...env };
}
