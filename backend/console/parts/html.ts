import { html as tagged } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** Text in which everything that was given is escaped. */
export type Html = HtmlEscapedString;

/** Hono's template, for values that are there already: it escapes everything but what it made itself. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  const made = tagged(strings, ...values);
  if (made instanceof Promise) throw new TypeError('a page is made of what is there, not of promises');
  return made;
}

export const NOTHING = html``;

/** Controls, and what turns the direction of all that follows: names may hold them, a page must not obey them. */
const UNSEEN = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

/** Text somebody gave, with what cannot be seen made visible. For titles and attributes. */
export function plain(text: string): string {
  return text.replace(UNSEEN, (letter) => {
    const code = (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `⟨U+${code}⟩`;
  });
}

/** Text somebody gave, kept apart from the direction of the words around it. */
export function given(text: string): Html {
  return html`<bdi>${plain(text)}</bdi>`;
}

/** An id or digest: it may break anywhere. */
export function code(text: string): Html {
  return html`<code>${plain(text)}</code>`;
}
