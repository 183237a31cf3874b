import type { AuditEvent } from '../../contract/audit.ts';
import { ok, type Result } from '../../contract/result.ts';
import type { Exchange } from '../delivery/exchange.ts';
import type { ServiceClient } from '../delivery/service-client.ts';
import type { Log } from '../host.ts';
import type { RecordingFacts, RevokedChannel } from '../vault/facts.ts';
import type { Recording } from '../vault/recording.ts';

/** The consents of one session that were taken back, and what is still to be done about them. */
export type Revocations = {
  /** Notes one, durably where something of the session is stored here. Errors: those of the disk. */
  readonly add: (revoked: Pick<RevokedChannel, 'channelId' | 'erase' | 'atMs'>) => Promise<Result<void>>;
  readonly of: (channelId: string) => RevokedChannel | undefined;
  /**
   * Tells the service what it does not know; resolves when it knows, when it refuses to, or when the exchange is closed.
   * What it was not told is told at the next start.
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
};

export function revocationsOf({ sessionId, recording, client, exchange, log }: RevocationParts): Revocations {
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
      if (!answer.ok) log('consent.not-told', { sessionId, channelId, code: answer.error.code });
      // Where it cannot be noted it is told once more, which changes nothing.
      else await put({ ...entry, told: true });
    }
  }

  return {
    add: (entry) => put({ ...entry, told: false }),
    of: (channelId) => revoked.find((entry) => entry.channelId === channelId),
    tell: () => {
      telling = telling.then(tellAll);
      return telling;
    },
  };
}

/** Whether something about a consent that was taken back is still to be done. */
export function hasOpenRevocation({ channels, revoked = [], erased = [] }: RecordingFacts): boolean {
  return revoked.some(({ channelId, erase, told }) => {
    const isStored = channels.some(({ id, mode }) => id === channelId && mode === 'keep');
    return !told || (erase && isStored && !erased.includes(channelId));
  });
}

/** Does away with what is stored of one channel on this device. Errors: those of the disk. */
export async function eraseRevoked(
  recording: Recording,
  channelId: string,
  audit: (event: AuditEvent) => Promise<unknown>,
): Promise<Result<void>> {
  const files = await recording.eraseChannel(channelId);
  if (!files.ok) return files;
  const { sessionId } = recording.facts();
  await audit({
    type: 'recording.purged',
    sessionId,
    channelId,
    reason: 'consent-revoked',
    files: files.value,
  });
  return ok(undefined);
}
