import type { Result } from '../../contract/result.ts';
import type { SessionView, StartSessionRequest } from '../../contract/wire.ts';
import type { Manifest, ServiceClient } from '../delivery/service-client.ts';

/** One start of a session. Whether our own receipt began it decides whether it is ours to end. */
export type OwnStart = {
  readonly send: (token: string, request: StartSessionRequest) => Promise<Result<SessionView>>;
  /**
   * Ends the session at the service, where our own receipt started it: what somebody else records into it is theirs, and the
   * word that nothing was recorded would end it. Waits for the answer to the start, also where nobody else does any more,
   * and asks what became of it where none comes.
   */
  readonly end: () => Promise<void>;
};

export type OwnStartParts = {
  readonly client: Pick<ServiceClient, 'start' | 'stop' | 'session'>;
  /** Holds the service's countersignature against the receipt that was sent. */
  readonly countersigned: (view: SessionView, receipt: string) => Promise<Result<unknown>>;
  /** Asks with the present token, with little patience; with none once the consent was taken back. */
  readonly ask: <T>(request: (token: string) => Promise<Result<T>>) => Promise<Result<T>>;
  readonly signal: AbortSignal;
};

/** What the service is told of a session in which nothing was captured. */
const NOTHING: Manifest = { duration_ms: 0, active_ms: 0, channels: [] };

export function ownStart({ client, countersigned, ask, signal }: OwnStartParts): OwnStart {
  let sent: { readonly token: string; readonly answer: Promise<Result<SessionView>> } | undefined;
  let receipt = '';

  return {
    send: (token, request) => {
      receipt = request.consent_jws ?? '';
      sent = { token, answer: client.start(token, request) };
      return sent.answer;
    },
    end: async () => {
      if (sent === undefined) return;
      const { token, answer } = sent;
      const answered = await answer;
      const view = answered.ok ? answered : await client.session(token);
      if (!view.ok || !(await countersigned(view.value, receipt)).ok) return;
      await (signal.aborted ? client.stop(token, NOTHING) : ask((now) => client.stop(now, NOTHING)));
    },
  };
}
