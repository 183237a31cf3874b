import type { AuditEvent } from '../../contract/audit.ts';
import type { Result, TallylightError } from '../../contract/result.ts';
import { type Active, stopRecording } from './active.ts';
import type { Connected } from './connect.ts';
import type { PauseReason, ResumeReason, Session, StopReason } from './machine.ts';

/** As the audit log says it. */
export const BY_PERSON = 'the person';

/** What is told of each change; neither holds it up. */
export type Told = {
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  readonly bug: (error: unknown) => void;
};

/** Releases every device, then says so. */
export async function pauseRecording(recording: Active, reason: PauseReason, told: Told): Promise<void> {
  if (recording.pausedAtMs !== undefined) return;
  await recording.run.pause();
  const atMs = recording.clock.nowMs();
  recording.pausedAtMs = atMs;
  const by = reason === 'person' ? BY_PERSON : reason;
  await told.audit({ type: 'session.paused', sessionId: recording.view.session_id, atMs, by });
  tellService(recording, told, (token) => recording.client.pause(token, atMs));
}

/** Says so, then opens every device anew. */
export async function resumeRecording(recording: Active, by: ResumeReason, told: Told): Promise<void> {
  const atMs = recording.clock.nowMs();
  recording.pausedTotalMs += atMs - (recording.pausedAtMs ?? atMs);
  recording.pausedAtMs = undefined;
  const sessionId = recording.view.session_id;
  await told.audit({ type: 'session.resumed', sessionId, atMs, ...(by === 'person' ? {} : { by }) });
  recording.run.resume();
  tellService(recording, told, (token) => recording.client.resume(token, atMs));
}

/** Releases every device for good, then says so. */
export async function closeRecording(recording: Active, reason: StopReason, told: Told): Promise<void> {
  await stopRecording(recording);
  await told.audit({
    type: 'session.stopped',
    sessionId: recording.view.session_id,
    atMs: recording.endedMs,
    activeMs: recording.activeMs,
    by: reason === 'person' ? BY_PERSON : reason,
  });
}

/** Takes of their own begin after a step of the clock. */
export function stepClock(
  { active, session }: { readonly active: Active | undefined; readonly session: Session },
  stepMs: number,
  { audit }: Told,
): void {
  if (active === undefined || (session.state !== 'recording' && session.state !== 'starting')) return;
  const sessionId = active.view.session_id;
  void audit({ type: 'session.clock-stepped', sessionId, atMs: active.clock.nowMs(), stepMs });
  active.run.renew('clock-stepped');
}

/** Something broke inside: releases every device, keeps what is stored, says so. */
export async function abandonRecording(
  { active, connected }: { readonly active: Active | undefined; readonly connected: Connected | undefined },
  { error, isKept }: { readonly error: TallylightError; readonly isKept: boolean },
  audit: Told['audit'],
): Promise<void> {
  try {
    await active?.run.stop();
  } finally {
    active?.tokens.stop();
    active?.exchange.close();
  }
  const sessionId = connected?.grant.sessionId;
  if (sessionId === undefined) return;
  const kept = isKept ? 'what was stored up to then is kept' : 'nothing of it is kept here';
  await audit({ type: 'session.failed', sessionId, code: error.code, kept });
}

/** In the order in which it happened, without waiting for it. */
function tellService(
  recording: Active,
  told: Told,
  request: (token: string) => Promise<Result<unknown>>,
): void {
  recording.told = recording.told.then(() => recording.exchange.insist(request, 3)).catch(told.bug);
}
