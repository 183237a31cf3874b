import type { TallylightError } from '../../../contract/result.ts';
import type { AdminPass, AdminRecord, TenantRecord } from '../../store/records.ts';
import type { Page, Section } from '../page.ts';
import { csrfField } from './fields.ts';
import { given, type Html, html, NOTHING, plain } from './html.ts';
import { brandMark } from './light.ts';
import { count, minutes } from './words.ts';

const SECTIONS: readonly (readonly [Section, string])[] = [
  ['sessions', 'Sessions'],
  ['recordings', 'Recordings'],
  ['copies', 'Copies'],
  ['policy', 'Policy'],
  ['collections', 'Collections'],
  ['people', 'People'],
  ['retention', 'Retention'],
  ['audit', 'Audit'],
  ['keys', 'Keys'],
  ['events', 'Events'],
];

export type SignedIn = {
  readonly admin: AdminRecord;
  readonly pass: AdminPass;
  readonly tenant: TenantRecord;
};

/** A whole page of somebody who is signed in. */
export function laidOut({ title, content }: Page, section: Section, signedIn: SignedIn): Html {
  const { admin, pass, tenant } = signedIn;
  return document(
    `${title} · ${tenant.name}`,
    html`<header class="top">
<a class="brand" href="/console/sessions">${brandMark()}<span>Tallylight</span> <span class="brand-room">console</span></a>
<p class="who"><span class="who-tenant">${given(tenant.name)}</span><span>${given(admin.name)}</span></p>
<form method="post" action="/console/sign-out">${csrfField(pass.csrf)}<button class="quiet">Sign out</button></form>
</header>
<div class="body">
<nav class="nav" aria-label="Console"><ul>${SECTIONS.map(
      ([name, words]) =>
        html`<li><a href="/console/${name}"${name === section ? html` aria-current="page"` : NOTHING}>${words}</a></li>`,
    )}</ul></nav>
<main id="main" tabindex="-1"><h1>${plain(title)}</h1>${content}</main>
</div>`,
  );
}

/** A page of nobody in particular: signing in, and what went wrong before. */
export function alone(title: string, content: Html): Html {
  return document(
    title,
    html`<main id="main" class="alone" tabindex="-1"><p class="brand">${brandMark()}<span>Tallylight</span> <span class="brand-room">console</span></p>
<h1>${title}</h1>${content}</main>`,
  );
}

/** What went wrong, and what to do. */
export function trouble({ message, action, detail }: TallylightError): Html {
  return html`<div class="note note-wrong" role="alert" tabindex="-1" autofocus><p class="note-message">${message}</p><p>${action}</p>${
    detail === undefined ? NOTHING : html`<p class="note-detail">${given(detail)}</p>`
  }</div>`;
}

/** What is wrong with a name and password, with how long to wait where that is it. */
export function refusedWords({ detail, ...error }: TallylightError): TallylightError {
  const wait = error.code === 'too-many-attempts' && detail !== undefined ? Number(detail) : undefined;
  if (wait === undefined) return error;
  const words = wait < 60 ? count(wait, 'second') : minutes(Math.ceil(wait / 60));
  return { ...error, action: `Wait ${words}, then try again.` };
}

/** What was just done, told to a screen reader, too. */
export function notice(words: string | undefined): Html {
  return words === undefined ? NOTHING : html`<p class="note note-done" role="status">${words}</p>`;
}

function document(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${plain(title)} · Tallylight console</title>
<link rel="icon" type="image/svg+xml" href="/console/static/icon.svg">
<link rel="stylesheet" href="/console/static/tokens.css">
<link rel="stylesheet" href="/console/static/console.css">
<script src="/console/static/console.js" defer></script>
</head>
<body><a class="skip" href="#main">Skip to the content</a>
${body}</body></html>`;
}
