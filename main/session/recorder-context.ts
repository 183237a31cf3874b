import type { AuditEvent } from '../../contract/audit.ts';
import type { Result, TallylightError } from '../../contract/result.ts';
import { openUplink, type Uplink } from '../delivery/uplink.ts';
import { type PolicyKeeper, policyKeeper } from '../policy/keeper.ts';
import type { Active } from './active.ts';
import { BY_PERSON } from './active-effects.ts';
import { type Choice, channelChoice } from './choice.ts';
import type { Connected } from './connect.ts';
import type { Agreement } from './consent.ts';
import type { Session, SessionEvent, StopReason } from './machine.ts';
import type { RecorderParts } from './recorder-parts.ts';

/** The one live copy of everything that a recorder knows. */
export type RecorderState = {
  session: Session;
  connected: Connected | undefined;
  /** From the moment the person agreed, or wanted to go on with what they had agreed to: it may be taken back before anybody has begun to see to it. */
  consent: { readonly agreement?: Agreement; readonly withdrawal: AbortController } | undefined;
  /** Displays are open for a look at what they show. */
  isLooking: boolean;
  active: Active | undefined;
  trouble: TallylightError | null;
  reach: { readonly connected: boolean | null; readonly since: string | null };
  closed: boolean;
};

/** What the parts of a recorder share: its state, and the ways to tell of something. */
export type RecorderContext = {
  readonly parts: RecorderParts;
  readonly state: RecorderState;
  readonly choice: Choice;
  readonly policies: PolicyKeeper;
  readonly uplink: Uplink;
  /** Writes to the audit log, as the person or as the program; where that fails it is the recorder's trouble. */
  readonly note: (event: AuditEvent) => Promise<Result<unknown>>;
  readonly reached: (isConnected: boolean) => void;
  readonly tellTrouble: (error: TallylightError) => void;
  /** The same where nothing weightier is told. */
  readonly tellBeside: (error: TallylightError) => void;
  readonly logBug: (error: unknown) => void;
};

/** How the state machine is driven by what happens by itself. */
export type Drive = {
  /** Where the event no longer fits, it does not matter any more. */
  readonly happen: (event: SessionEvent) => void;
  /** The recording ends by itself; what it holds is finished and delivered like any other. */
  readonly stopFor: (reason: StopReason, error: TallylightError) => void;
  /** The same where the service takes nothing new of the session any more. */
  readonly over: (error: TallylightError) => void;
  /** Back to idle: what was agreed to does not begin. */
  readonly refuse: (error: TallylightError) => void;
  /** A bug that ends the recording. */
  readonly broke: (error: unknown) => void;
};

const ALWAYS_THE_PERSON: ReadonlySet<string> = new Set([
  'consent.given',
  'consent.revoked',
  'session.started',
]);

export function recorderContext(parts: RecorderParts): RecorderContext {
  const { host, audit, now } = parts;
  const state: RecorderState = {
    session: { state: 'idle' },
    connected: undefined,
    consent: undefined,
    isLooking: false,
    active: undefined,
    trouble: null,
    reach: { connected: null, since: null },
    closed: false,
  };

  function note(event: AuditEvent): Promise<Result<unknown>> {
    const byPerson =
      ALWAYS_THE_PERSON.has(event.type) ||
      (event.type === 'session.resumed' && event.by === undefined) ||
      ((event.type === 'session.stopped' || event.type === 'session.paused') && event.by === BY_PERSON);
    const person = state.active?.view.end_user_id ?? state.connected?.view.end_user_id;
    return audit.write(byPerson && person !== undefined ? person : 'tallylight', event).then((written) => {
      if (!written.ok) state.trouble = written.error;
      return written;
    });
  }

  function tellTrouble(error: TallylightError): void {
    state.trouble = error;
    parts.onChange();
  }

  return {
    parts,
    state,
    choice: channelChoice(),
    uplink: parts.uplink ?? openUplink(),
    policies: policyKeeper({ ...host, now, audit: note }),
    note,
    reached: (isConnected) => {
      if (state.reach.connected === isConnected) return;
      state.reach = { connected: isConnected, since: isConnected ? null : now().toISOString() };
      parts.onChange();
    },
    tellTrouble,
    tellBeside: (error) => tellTrouble(state.trouble ?? error),
    logBug: (error) => {
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      host.log('session.bug', { cause });
    },
  };
}
