import type { LibraryEntry } from '../../contract/bridge/library.ts';
import { kindOf } from '../../contract/channel.ts';
import { deliveryClaims } from '../../contract/delivery-receipt.ts';
import type { TallylightError } from '../../contract/result.ts';
import { payloadOf } from '../policy/signed.ts';
import { onlyHere, type RecordingFacts } from '../vault/facts.ts';
import type { Vault } from '../vault/vault.ts';

/** Files that are read at the same time. */
const AT_ONCE = 32;

/** The entries of a library, the newest first, each read again only where something changed. */
export type Entries = {
  /** `underWay`: the session that is being recorded, which a crash did not cut off. */
  readonly list: (underWay: string | undefined) => Promise<readonly LibraryEntry[]>;
};

type Held = { readonly stamp: string; readonly entry: LibraryEntry };

export function entriesOf(vault: Pick<Vault, 'list' | 'facts' | 'stamp' | 'receipt' | 'receipts'>): Entries {
  let held = new Map<string, Held>();

  async function one(sessionId: string, underWay: string | undefined): Promise<Held | undefined> {
    const isUnderWay = sessionId === underWay;
    const changed = await vault.stamp(sessionId);
    // Erased meanwhile.
    if (changed === undefined) return undefined;
    const stamp = `${changed} ${isUnderWay}`;
    const known = held.get(sessionId);
    if (known?.stamp === stamp) return known;
    const facts = await vault.facts(sessionId);
    return {
      stamp,
      entry: facts.ok ? entryOf(facts.value, isUnderWay) : unreadable(sessionId, facts.error),
    };
  }

  return {
    list: async (underWay) => {
      const found = new Map<string, Held>();
      const ids = await vault.list();
      for (let first = 0; first < ids.length; first += AT_ONCE) {
        const some = ids.slice(first, first + AT_ONCE);
        const read = await Promise.all(some.map((id) => one(id, underWay)));
        for (const [index, id] of some.entries()) {
          const entry = read[index];
          if (entry !== undefined) found.set(id, entry);
        }
      }
      for (const id of await vault.receipts()) {
        if (found.has(id)) continue;
        // It is replaced by nothing: what was read once holds as long as it is there.
        const entry = held.get(id)?.entry ?? (await leftOf(vault, id));
        if (entry !== undefined) found.set(id, { stamp: '', entry });
      }
      held = found;
      return [...found.values()].map(({ entry }) => entry).sort(newestFirst);
    },
  };
}

function entryOf(facts: RecordingFacts, isUnderWay: boolean): LibraryEntry {
  const { sessionId, title, startedAt, ended, channels, erased = [], receipt, delivered } = facts;
  const bytes = new Map(ended?.stored.map((stored) => [stored.channel_id, stored.bytes]));
  const live = new Map(ended?.live.map((passedOn) => [passedOn.channel_id, passedOn.bytes]));
  const rest = onlyHere(facts).length > 0;
  return {
    ...{ sessionId, title, startedAt },
    activeMs: ended?.activeMs ?? null,
    state: ended !== null ? 'ended' : isUnderWay ? 'recording' : 'cut-off',
    place: !delivered ? 'here' : rest ? 'both-in-part' : 'both',
    channels: channels.map(({ id, name, kind, mode }) => ({
      ...{ id, name, kind, mode },
      bytes: (mode === 'keep' ? bytes : live).get(id) ?? null,
      isErased: erased.includes(id),
    })),
    signedAt: receipt === undefined ? null : signedAt(receipt),
    trouble: null,
  };
}

/** It is there, and nothing can be said of it: it is listed, as it can be deleted. */
function unreadable(sessionId: string, error: TallylightError): LibraryEntry {
  return {
    ...{ sessionId, title: null, startedAt: null, activeMs: null, state: 'ended', place: 'here' },
    ...{ channels: [], signedAt: null, trouble: error },
  };
}

/** What the receipt of a purged one says; `verify` says whether it holds. */
async function leftOf(vault: Pick<Vault, 'receipt'>, sessionId: string): Promise<LibraryEntry | undefined> {
  const kept = await vault.receipt(sessionId);
  const claims = kept.ok ? deliveryClaims.safeParse(payloadOf(kept.value.toString())) : undefined;
  if (claims?.success !== true) return undefined;
  const { channels, iat } = claims.data;
  return {
    ...{ sessionId, title: null, startedAt: null, activeMs: null, state: 'ended', place: 'there' },
    channels: channels.map(({ channel_id: id, bytes }) => ({
      ...{ id, name: null, kind: kindOf(id), mode: 'keep', bytes, isErased: false },
    })),
    signedAt: new Date(iat * 1000).toISOString(),
    trouble: null,
  };
}

function signedAt(jws: string): string | null {
  const claims = deliveryClaims.safeParse(payloadOf(jws));
  return claims.success ? new Date(claims.data.iat * 1000).toISOString() : null;
}

function newestFirst(one: LibraryEntry, other: LibraryEntry): number {
  const at = ({ startedAt, signedAt: signed }: LibraryEntry) => startedAt ?? signed ?? '';
  if (at(one) !== at(other)) return at(one) < at(other) ? 1 : -1;
  return one.sessionId < other.sessionId ? -1 : 1;
}
