import { createHash } from 'node:crypto';
import { type Keyring, openText, sealText } from '../secrets/keyring.ts';
import type { Store } from '../store/store.ts';
import { type Attempts, FORGOTTEN_AFTER_MS, newAttempts, untilMs } from './attempts.ts';
import { newSeenProofs, REMEMBERED_MS, type SeenProofs } from './proof.ts';
import { newSecret, sha256OfSecret } from './secret.ts';
import { LIFE_MS, type Tickets } from './tickets.ts';

/** A proof that any of the instances has seen is refused by all of them. How many one key may send is counted by each. */
export function seenProofsAcross(store: Store, keyring: Keyring): SeenProofs {
  const here = newSeenProofs(() => Number.POSITIVE_INFINITY);
  return {
    async note(proof, nowMs) {
      if (!here.note(proof, nowMs)) return false;
      return store.noteProof(keyring.markOf('proof', proof.jkt, proof.jti), nowMs + REMEMBERED_MS);
    },
  };
}

/** A ticket of one instance is good at the others. What it stands for opens with the ticket only, which the store has not. */
export function ticketsAcross(store: Store): Tickets {
  const keyOf = (ticket: string) => createHash('sha256').update(`tallylight ticket 1\n${ticket}`).digest();
  return {
    async issue(subject, nowMs) {
      const ticket = newSecret('tk-');
      const sha256 = sha256OfSecret(ticket);
      const sealed = sealText(keyOf(ticket), sha256, subject);
      await store.addTicket({ sha256, sealed, expiresAtMs: nowMs + LIFE_MS });
      return ticket;
    },
    async take(ticket, nowMs) {
      const sha256 = sha256OfSecret(ticket);
      const found = await store.takeTicket(sha256);
      if (found === undefined || nowMs >= found.expiresAtMs) return undefined;
      return openText(keyOf(ticket), sha256, found.sealed);
    },
  };
}

/** What was tried in vain at one instance counts at the others. How many may wait for their turn is for each to say. */
export function attemptsAcross(store: Store, keyring: Keyring): Attempts {
  const { enter, leave } = newAttempts();
  const markOf = (name: string) => keyring.markOf('sign-in', name);
  const known = async (of: readonly string[], nowMs: number) =>
    (await store.failedSignIns(of.map(markOf))).filter(({ lastMs }) => nowMs - lastMs <= FORGOTTEN_AFTER_MS);
  return {
    ...{ enter, leave },
    async waitSeconds(of, nowMs) {
      const until = (await known(of, nowMs)).map(untilMs);
      return Math.max(0, Math.ceil((Math.max(0, ...until) - nowMs) / 1000));
    },
    // In the one turn of all sign-ins, so that none is lost between reading and writing.
    async failed(of, nowMs) {
      const before = await known(of, nowMs);
      for (const mark of of.map(markOf)) {
        const count = (before.find((each) => each.mark === mark)?.count ?? 0) + 1;
        await store.noteFailedSignIn({ mark, count, lastMs: nowMs });
      }
    },
    forgive: (name) => store.forgiveSignIn(markOf(name)),
  };
}
