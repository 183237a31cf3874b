import { fail, ok, type Result } from '../../contract/result.ts';
import type { Parts } from '../parts.ts';
import type { CopyFilter, CopyRecord, CopyState } from '../store/records.ts';

/** How a copy is told of: `failing` is sent again and again, or made. */
export const COPY_VIEWS = ['waiting', 'kept', 'sending', 'failing', 'sent'] as const;
export type CopyView = (typeof COPY_VIEWS)[number];

const STATES: { readonly [V in CopyView]: Pick<CopyFilter, 'states' | 'isFailing'> } = {
  waiting: { states: ['new'], isFailing: false },
  kept: { states: ['kept'] },
  sending: { states: ['sending'], isFailing: false },
  failing: { states: ['new', 'sending'], isFailing: true },
  sent: { states: ['leaving', 'sent'] },
};

const VIEWS: { readonly [S in CopyState]: CopyView } = {
  new: 'waiting',
  kept: 'kept',
  sending: 'sending',
  leaving: 'sent',
  sent: 'sent',
};

export function viewOfCopy({ state, attempts }: Pick<CopyRecord, 'state' | 'attempts'>): CopyView {
  return attempts > 0 && (state === 'new' || state === 'sending') ? 'failing' : VIEWS[state];
}

/** Newest first. */
export function listCopies(
  { store }: Pick<Parts, 'store'>,
  view: CopyView | undefined,
  filter: Pick<CopyFilter, 'tenantId' | 'environment' | 'after' | 'limit'>,
): Promise<CopyRecord[]> {
  return store.copies({ ...filter, ...(view === undefined ? {} : STATES[view]) });
}

/**
 * Sends a recording to the destination of its collection now, whatever became of it before. Errors: `video-unknown`,
 * `destination-unset`, `not-now` while it is being made or sent.
 */
export async function sendNow(parts: Parts, videoId: string): Promise<Result<CopyRecord>> {
  const { store, clock, redundancy } = parts;
  const copy = await store.copy(videoId);
  if (copy === undefined) return fail('video-unknown', videoId);
  if ((await store.destination(copy)) === undefined) return fail('destination-unset', copy.collectionId);
  if (!(await store.sendCopy(videoId, clock()))) return fail('not-now', 'it is being made or sent');
  redundancy.wake();
  return ok((await store.copy(videoId)) ?? copy);
}
