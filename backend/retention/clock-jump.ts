import { z } from 'zod';
import type { Parts } from '../parts.ts';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
/** A service that was off for longer looks the same as a clock that was set wrong. */
const JUMP_MS = 3 * DAY_MS;
/** So long an admin has to see it and set the clock right. */
const DOUBT_MS = DAY_MS;

const FACT = 'clock-seen';
/** Unix time in milliseconds. */
const seenClock = z.object({ at: z.number(), doubtedUntil: z.number().nullable() });

/**
 * Whether the clock may decide what is old. Where it went ahead by more than three days since the service last looked,
 * nothing is deleted by itself for a day: an entry in every tenant's log says so. A sweep that an admin asks for does not
 * wait. Back at where it was, the clock is believed at once.
 */
export async function isClockBelieved({
  store,
  audit,
  clock,
}: Pick<Parts, 'store' | 'audit' | 'clock'>): Promise<boolean> {
  const now = clock();
  const text = await store.fact(FACT);
  const seen = text === undefined ? { at: now, doubtedUntil: null } : seenClock.parse(JSON.parse(text));
  const isBack = now < seen.at - HOUR_MS;
  const hasJumped = now - seen.at > JUMP_MS;
  const before = isBack ? null : seen.doubtedUntil;
  const doubtedUntil = hasJumped ? now + DOUBT_MS : before;
  const isDoubted = doubtedUntil !== null && now < doubtedUntil;
  await store.changeFact(FACT, JSON.stringify({ at: now, doubtedUntil: isDoubted ? doubtedUntil : null }));
  if (hasJumped)
    for (const { id: tenantId } of await store.tenants())
      await audit.note({
        tenantId,
        actor: 'system',
        action: 'retention.wait',
        object: 'retention',
        outcome: 'refused',
        reason: `the clock went ahead by ${Math.floor((now - seen.at) / DAY_MS)} days; sweeps by itself again from ${new Date(now + DOUBT_MS).toISOString()}`,
      });
  return !isDoubted;
}
