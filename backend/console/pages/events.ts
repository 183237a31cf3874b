import { ok } from '../../../contract/result.ts';
import { type DeadLetter, deadLetters, resend } from '../../events/dead-letters.ts';
import { newWebhookSecret, setWebhook, webhookOf } from '../../events/webhooks.ts';
import type { Call, ConsoleRoute, Page } from '../page.ts';
import { csrfField, type Faults, faultSummary, field } from '../parts/fields.ts';
import { code, given, type Html, html, NOTHING } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { question } from '../parts/question.ts';
import { secretPage, shownOnce } from '../parts/secret.ts';
import { table } from '../parts/table.ts';
import { count, moment, momentUtc } from '../parts/words.ts';

const PATH = '/console/events';

const DONE: { readonly [what: string]: string } = {
  changed: 'Events go to this address from now on.',
  none: 'Events go to the callback addresses of the sessions only.',
  resent: 'It is being sent again, for a day if need be. It comes back here if it does not arrive.',
};

export const EVENT_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'webhook.read',
    section: 'events',
    handle: async (call) => ok(await page(call, undefined, {})),
  },
  {
    method: 'post',
    path: PATH,
    needs: 'admin',
    does: 'webhook.change',
    section: 'events',
    async handle(call) {
      const url = call.form.get('url')?.trim() ?? '';
      if (url.length > 2000 || (url !== '' && !URL.canParse(url)))
        return ok(await page(call, url, { url: 'This is no address. It begins with https://.' }));
      const set = await setWebhook(call.parts, call.admin.tenantId, url === '' ? null : url);
      if (set.ok) return ok({ kind: 'go', to: `${PATH}?done=${url === '' ? 'none' : 'changed'}` });
      if (set.error.code !== 'target-forbidden') return set;
      return ok(await page(call, url, { url: `${set.error.message} ${set.error.action}` }));
    },
  },
  {
    method: 'get',
    path: `${PATH}/secret`,
    needs: 'password',
    does: null,
    section: 'events',
    handle: async (call) =>
      ok(
        question(call, {
          title: 'Make a new secret?',
          says: [
            'It signs every event from now on, and is shown once.',
            'The one before signs beside it for a day, so that your backend can change over.',
          ],
          action: `${PATH}/secret`,
          yes: 'Make a new secret',
          back: PATH,
        }),
      ),
  },
  {
    method: 'post',
    path: `${PATH}/secret`,
    needs: 'password',
    does: 'webhook.rotate',
    section: 'events',
    from: () => `${PATH}/secret`,
    async handle(call) {
      const { secret } = await newWebhookSecret(call.parts, call.admin.tenantId);
      return ok({ kind: 'go', to: await shownOnce(call, `${PATH}/secret/made`, secret) });
    },
  },
  {
    method: 'get',
    path: `${PATH}/secret/made`,
    needs: 'password',
    does: null,
    section: 'events',
    from: () => PATH,
    handle: async (call) =>
      ok(
        await secretPage(call, {
          title: 'The new secret',
          about: html`<p>With it your backend tells our events from those of others (Standard Webhooks).</p>`,
          label: 'Secret',
          lost: 'Make another one.',
          back: PATH,
        }),
      ),
  },
  {
    method: 'post',
    path: `${PATH}/:id/resend`,
    needs: 'admin',
    does: 'webhook.resend',
    section: 'events',
    async handle({ parts, admin, params }) {
      const sent = await resend(parts, admin.tenantId, params.id ?? '');
      return sent.ok ? ok({ kind: 'go', to: `${PATH}?done=resent` }) : sent;
    },
  },
];

async function page(call: Call, written: string | undefined, faults: Faults): Promise<Page> {
  const { parts, admin, pass, query } = call;
  const webhook = await webhookOf(parts, admin.tenantId);
  const dead = await deadLetters(parts, admin.tenantId);
  return {
    kind: 'page',
    title: 'Events',
    ...(Object.keys(faults).length === 0 ? {} : { status: 422 }),
    content: html`${notice(DONE[query.get('done') ?? ''])}${faultSummary(faults)}
<p class="lead">What happens to sessions, and changes of policy, are told to your backend, signed, for a day until it answers.</p>
<form method="post" action="${PATH}" class="card form-card">${csrfField(pass.csrf)}<h2>Where to</h2>
${field({
  ...{ name: 'url', label: 'Address', type: 'url', isWide: true, fault: faults.url },
  value: written ?? webhook.url ?? '',
  hint: 'Empty: only to the callback addresses of the sessions.',
})}
<button class="action action-go">Save</button></form>
<section class="card form-card" aria-labelledby="secret"><h2 id="secret">Secret</h2>
<p>${secretWords(webhook)}</p><p class="actions"><a class="action" href="${PATH}/secret">Make a new secret</a></p></section>
<h2>Not delivered</h2>
${dead.length === 0 ? html`<p class="card empty">None: everything arrived, or is still being tried.</p>` : deadTable(dead, pass.csrf)}`,
  };
}

function secretWords({ secretCreatedAt, previousUntil }: Awaited<ReturnType<typeof webhookOf>>): Html {
  if (secretCreatedAt === null)
    return html`None was made yet; the first event makes one, which nobody knows.`;
  return html`Made ${momentUtc(secretCreatedAt)}. It is kept sealed and not shown again.${
    previousUntil === null ? NOTHING : html` The one before signs, too, until ${momentUtc(previousUntil)}.`
  }`;
}

function deadTable(dead: readonly DeadLetter[], csrf: string): Html {
  return table<DeadLetter>(
    { caption: 'Events that did not arrive within a day' },
    [
      { head: 'Event', isName: true, cell: ({ event }) => code(event) },
      {
        head: 'Session',
        cell: ({ sessionId: id }) =>
          id === null ? 'none' : html`<a href="/console/sessions/${id}">${code(id)}</a>`,
      },
      { head: 'To', cell: ({ host }) => (host === null ? 'the address above' : given(host)) },
      { head: 'Tried since (UTC)', cell: ({ since }) => moment(Math.floor(since / 1000)) },
      {
        head: 'What was wrong',
        cell: ({ attempts, lastError }) => html`${given(lastError)} (${count(attempts, 'attempt')})`,
      },
      {
        head: 'To do',
        cell: ({ id, event }) =>
          html`<form method="post" action="${PATH}/${id}/resend">${csrfField(csrf)}<button class="quiet">Send again<span class="unseen"> ${event}</span></button></form>`,
      },
    ],
    dead,
  );
}
