import type { Parts } from '../../parts.ts';
import type { Call, Page } from '../page.ts';
import { type Html, html } from './html.ts';

/**
 * Hands a secret over to the page after next, which shows it once. It waits for a minute, behind a ticket that is good once
 * and that alone opens it: it is in no address, no cookie, and in clear in no store.
 */
export async function shownOnce({ parts, admin }: Call, path: string, secret: string): Promise<string> {
  const ticket = await parts.tickets.issue(JSON.stringify([admin.id, secret]), parts.clock());
  return `${path}?ticket=${ticket}`;
}

/** The secret that was handed over; undefined where it was shown already, or is not this admin's. */
async function handedOver(
  { tickets, clock }: Parts,
  adminId: string,
  ticket: string | null,
): Promise<string | undefined> {
  const found = ticket === null ? undefined : await tickets.take(ticket, clock());
  if (found === undefined) return undefined;
  const [owner, secret]: string[] = JSON.parse(found);
  return owner === adminId ? secret : undefined;
}

type Words = {
  readonly title: string;
  /** What it is and where it belongs. */
  readonly about: Html;
  readonly label: string;
  /** What to do where it was not copied. */
  readonly lost: string;
  readonly back: string;
};

/** The one page that shows it. */
export async function secretPage({ parts, admin, query }: Call, words: Words): Promise<Page> {
  const secret = await handedOver(parts, admin.id, query.get('ticket'));
  const back = html`<p><a href="${words.back}">Back</a></p>`;
  if (secret === undefined)
    return {
      kind: 'page',
      title: 'It was shown once',
      content: html`<div class="note note-wrong"><p class="note-message">It was shown once and is kept nowhere.</p><p>${words.lost}</p></div>${back}`,
    };
  return {
    kind: 'page',
    title: words.title,
    content: html`<div class="card form-card">${words.about}
<p class="field"><label for="secret">${words.label}</label><input id="secret" class="secret wide" readonly value="${secret}" autocomplete="off" spellcheck="false"></p>
<p class="note">Copy it now: it is not shown again.</p></div>${back}`,
  };
}
