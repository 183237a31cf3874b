import { fail, ok, type Result } from '../../contract/result.ts';
import type { Parts } from '../parts.ts';
import type { CopyFilter, CopyRecord, CopyState, DestinationRecord } from '../store/records.ts';
import { inWords } from './places.ts';
import { objectOf } from './send-copy.ts';

/** How a copy is told of: `failing` is sent again and again, or made. */
export const COPY_VIEWS = ['waiting', 'kept', 'sending', 'failing', 'sent'] as const;
export type CopyView = (typeof COPY_VIEWS)[number];

const STATES: { readonly [V in CopyView]: Pick<CopyFilter, 'states' | 'isFailing'> } = {
  waiting: { states: ['new', 'lost'], isFailing: false },
  kept: { states: ['kept'] },
  sending: { states: ['sending'], isFailing: false },
  failing: { states: ['new', 'lost', 'sending'], isFailing: true },
  sent: { states: ['leaving', 'sent'] },
};

const VIEWS: { readonly [S in CopyState]: CopyView } = {
  new: 'waiting',
  lost: 'waiting',
  kept: 'kept',
  sending: 'sending',
  leaving: 'sent',
  sent: 'sent',
};

export function viewOfCopy({ state, attempts }: Pick<CopyRecord, 'state' | 'attempts'>): CopyView {
  return attempts > 0 && STATES.failing.states?.includes(state) ? 'failing' : VIEWS[state];
}

/** `places`: everywhere else where the recording may lie, whole or in part, as the audit log names it. */
export type PlacedCopy = CopyRecord & { readonly places: readonly string[] };

export async function withPlaces(
  { store }: Pick<Parts, 'store'>,
  copies: readonly CopyRecord[],
): Promise<PlacedCopy[]> {
  const all = await store.copyPlacesOf([...new Set(copies.map(({ sessionId }) => sessionId))]);
  const of = Map.groupBy(all, ({ videoId }) => videoId);
  return copies.map((copy) => ({
    ...copy,
    places: (of.get(copy.videoId) ?? []).map(({ place }) => place),
  }));
}

/** Newest first. */
export async function listCopies(
  { store }: Pick<Parts, 'store'>,
  view: CopyView | undefined,
  filter: Pick<CopyFilter, 'tenantId' | 'environment' | 'after' | 'limit'>,
): Promise<PlacedCopy[]> {
  const found = await store.copies({ ...filter, ...(view === undefined ? {} : STATES[view]) });
  return withPlaces({ store }, found);
}

/**
 * Sends a recording to the destination of its collection now, whatever became of it before. What was finished before that was set
 * lies where nobody meant it to when it was recorded: that takes an admin. Errors: `video-unknown`, `destination-unset`,
 * `role-missing`, `not-now` while it is being made or sent.
 */
export async function sendNow(
  parts: Parts,
  videoId: string,
  { isAdmin }: { readonly isAdmin: boolean },
): Promise<Result<CopyRecord>> {
  const { store, clock, redundancy } = parts;
  const copy = await store.copy(videoId);
  if (copy === undefined) return fail('video-unknown', videoId);
  const destination = await store.destination(copy);
  if (destination === undefined) return fail('destination-unset', copy.collectionId);
  if (!isAdmin && !(await isOfDestination(parts, copy, destination)))
    return fail('role-missing', 'admin, as it was finished before the destination was set');
  if (!(await store.sendCopy(videoId, clock()))) return fail('not-now', 'it is being made or sent');
  redundancy.wake();
  return ok((await store.copy(videoId)) ?? copy);
}

/** Whether it goes there by itself, or was on its way there already. */
async function isOfDestination(
  { store }: Pick<Parts, 'store'>,
  copy: CopyRecord,
  { place, updatedAt }: DestinationRecord,
): Promise<boolean> {
  if (copy.createdAt > updatedAt) return true;
  const [placed] = await withPlaces({ store }, [copy]);
  return placed?.places.includes(inWords(place, objectOf(copy))) === true;
}
