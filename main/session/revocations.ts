import { errorOf, meant, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { Exchange } from '../delivery/exchange.ts';
import type { ServiceClient } from '../delivery/service-client.ts';
import type { Log } from '../host.ts';
import type { RecordingFacts, RevokedChannel } from '../vault/facts.ts';
import type { Recording } from '../vault/recording.ts';

/** A consent that is being taken back or was, whether what was stored of it was to go, and what came of it. */
export type Revoking = { readonly erase: boolean; readonly done: Promise<Result<void>> };

/** The consents of one session that were taken back, and what is still to be done about them. */
export type Revocations = {
  /** Notes one, durably where something of the session is stored here. Errors: those of the disk. */
  readonly add: (revoked: Pick<RevokedChannel, 'channelId' | 'erase' | 'atMs'>) => Promise<Result<void>>;
  /**
   * Tells the service what it does not know; resolves when it knows, when it refuses to, which is told as trouble, or when
   * the exchange is closed. What it was not told is told at the next start, of a session that is live only never: nothing of
   * that is kept here, and the person is promised only that nothing more is captured or passed on.
   */
  readonly tell: () => Promise<void>;
};

export type RevocationParts = {
  readonly sessionId: string;
  /** Remembers them across a restart; a session that is live only leaves nothing here to remember. */
  readonly recording: Recording | undefined;
  readonly client: Pick<ServiceClient, 'revokeConsent'>;
  readonly exchange: Exchange;
  readonly log: Log;
  readonly trouble: (error: TallylightError) => void;
};

export function revocationsOf({
  sessionId,
  recording,
  client,
  exchange,
  log,
  trouble,
}: RevocationParts): Revocations {
  let revoked: readonly RevokedChannel[] = recording?.facts().revoked ?? [];
  let telling: Promise<void> = Promise.resolve();

  async function put(entry: RevokedChannel): Promise<Result<void>> {
    revoked = [...revoked.filter(({ channelId }) => channelId !== entry.channelId), entry];
    return (await recording?.change({ revoked: [...revoked] })) ?? ok(undefined);
  }

  async function tellAll(): Promise<void> {
    for (const entry of revoked.filter(({ told }) => !told)) {
      const { channelId, erase, atMs } = entry;
      const request = { channel_id: channelId, erase, at_ms: atMs };
      const answer = await exchange.insist((token) => client.revokeConsent(token, request));
      if (exchange.closed()) return;
      if (!answer.ok) {
        log('consent.not-told', { sessionId, channelId, code: answer.error.code });
        trouble(refusedOf(entry, answer.error.code));
        // Where it cannot be noted it is told once more, which changes nothing; and where more was asked for meanwhile, it is.
      } else if (revoked.includes(entry)) await put({ ...entry, told: true });
    }
  }

  return {
    add: (entry) => put({ ...entry, told: false }),
    tell: () => {
      telling = telling.then(tellAll);
      return telling;
    },
  };
}

/** Here it is done as the person asked; nobody can see from here that it is not at the service. */
function refusedOf({ channelId, erase }: RevokedChannel, code: string): TallylightError {
  const error = errorOf('revocation-refused', `${channelId}: ${code}`);
  return erase ? meant(error, 'erasure-refused') : error;
}

/** Whether something about a consent that was taken back is still to be done. */
export function hasOpenRevocation({ channels, revoked = [], erased = [] }: RecordingFacts): boolean {
  return revoked.some(({ channelId, erase, told }) => {
    const isStored = channels.some(({ id, mode }) => id === channelId && mode === 'keep');
    return !told || (erase && isStored && !erased.includes(channelId));
  });
}
