import { fail, type Result } from '../../contract/result.ts';
import { serviceAddress } from '../../main/delivery/address.ts';
import type { Connection, Grant, Host } from '../../main/host.ts';
import type { Connected } from './connection-file.ts';
import type { Parts } from './parts.ts';

const URL_NAME = 'TALLYLIGHT_CONNECT_URL';
const SECRET_NAME = 'TALLYLIGHT_CONNECT_SECRET';

/** Where sessions come from. It can change while the app runs: whoever opened a link has another backend from then on. */
export type HeldConnection = {
  readonly connection: Connection;
  /** The address in use; null where none is. */
  readonly backend: () => string | null;
  /** The address that this computer is set to, which no link changes; null where it is set to none. */
  readonly fixed: string | null;
  /** The next session comes from there. Sessions that another backend opened in this run get their tokens from that one. */
  readonly use: (connected: Connected) => void;
};

/** Without a configuration the app runs and says what is missing. */
export function holdConnection(env: Parts['env'], yourBackend: Parts['yourBackend']): HeldConnection {
  const fixed = env[URL_NAME] ? withoutSlash(env[URL_NAME]) : null;
  const secret = env[SECRET_NAME];
  const openedBy = new Map<string, Connection>();
  let backend = secret ? fixed : null;
  let current =
    fixed !== null && secret ? yourBackend(fixed, secret) : missing(fixed ? SECRET_NAME : URL_NAME);

  async function open(): Promise<Result<Grant>> {
    const asked = current;
    const granted = await asked.open();
    if (granted.ok) openedBy.set(granted.value.sessionId, asked);
    return granted;
  }

  return {
    connection: {
      open,
      reopen: (server, sessionId) => (openedBy.get(sessionId) ?? current).reopen(server, sessionId),
    },
    backend: () => backend,
    fixed,
    use: (connected) => {
      backend = connected.backend;
      current = yourBackend(connected.backend, connected.secret);
    },
  };
}

/** As links have it, so that the two can be compared; an address that is none is told when it is asked. */
function withoutSlash(url: string): string {
  const address = serviceAddress(url);
  return address.ok ? address.value : url;
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
