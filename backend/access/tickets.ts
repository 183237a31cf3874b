import { newSecret, sha256OfSecret } from './secret.ts';

/** In milliseconds. */
export const LIFE_MS = 60_000;

/**
 * One-time tickets for addresses that are opened without headers, as a browser or the SDK opens a WebSocket.
 */
export type Tickets = {
  issue(subject: string, nowMs: number): string | Promise<string>;
  /** What the ticket was issued for; undefined where it is unknown, used or older than a minute. */
  take(ticket: string, nowMs: number): string | undefined | Promise<string | undefined>;
};

/** In memory: who asked for one connects to the same process at once, or asks again. */
export function newTickets(): Tickets {
  const issued = new Map<string, { readonly subject: string; readonly expiresAtMs: number }>();
  return {
    issue(subject, nowMs) {
      for (const [sha256, { expiresAtMs }] of issued) if (expiresAtMs <= nowMs) issued.delete(sha256);
      const ticket = newSecret('tk-');
      issued.set(sha256OfSecret(ticket), { subject, expiresAtMs: nowMs + LIFE_MS });
      return ticket;
    },
    take(ticket, nowMs) {
      const sha256 = sha256OfSecret(ticket);
      const found = issued.get(sha256);
      issued.delete(sha256);
      return found !== undefined && nowMs < found.expiresAtMs ? found.subject : undefined;
    },
  };
}
