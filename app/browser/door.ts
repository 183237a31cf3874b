import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const COOKIE = 'tallylight';

/**
 * Who may come in over loopback. Any program and any web page on this machine can reach the port, so: the address
 * names this host (against DNS rebinding), a page of ours asks (Origin), and the browser that was let in with the
 * one-time ticket holds the cookie.
 */
export type Door = {
  /** Single use; the first browser that shows it is the one. */
  readonly ticket: () => string;
  /** The Set-Cookie value for a good ticket. */
  readonly enter: (ticket: string | null) => string | undefined;
  readonly hostIsOurs: (request: IncomingMessage) => boolean;
  readonly isInside: (request: IncomingMessage) => boolean;
  /** As isInside, and asked for by our own page: what may use the bridge. */
  readonly mayCall: (request: IncomingMessage) => boolean;
};

export function door(port: number): Door {
  const secret = randomBytes(32).toString('base64url');
  const tickets = new Set<string>();
  const host = `127.0.0.1:${port}`;

  function hostIsOurs(request: IncomingMessage): boolean {
    return request.headers.host === host;
  }
  function isInside(request: IncomingMessage): boolean {
    const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
    return hostIsOurs(request) && cookies.some((cookie) => same(cookie, `${COOKIE}=${secret}`));
  }
  return {
    ticket: () => {
      const ticket = randomBytes(24).toString('base64url');
      tickets.add(ticket);
      return ticket;
    },
    enter: (ticket) =>
      ticket !== null && tickets.delete(ticket)
        ? `${COOKIE}=${secret}; HttpOnly; SameSite=Strict; Path=/`
        : undefined,
    hostIsOurs,
    isInside,
    mayCall: (request) => isInside(request) && request.headers.origin === `http://${host}`,
  };
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
