import { decodeJwt } from 'jose';
import { type ConsentReceipt, consentReceipt, countersignedConsent } from '../../../contract/consent.ts';
import { fail, ok, type Result } from '../../../contract/result.ts';
import { deleteSession } from '../../session/delete.ts';
import type { SessionRecord, StreamRecord, VideoRecord } from '../../store/records.ts';
import { sessionLight, streamLight } from '../light-of.ts';
import type { Call, ConsoleRoute } from '../page.ts';
import { channelName } from '../parts/channel.ts';
import { code, given, type Html, html } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { type Light, light } from '../parts/light.ts';
import { question } from '../parts/question.ts';
import { type Fact, facts, table } from '../parts/table.ts';
import { bytes, capital, count, listed, momentUtc } from '../parts/words.ts';
import { sessionOf } from '../within.ts';
import { videoTable } from './recordings.ts';
import { STALE } from './sessions.ts';

const PATH = '/console/sessions/:id';

const DONE: { readonly [what: string]: string } = {
  revoked: 'The tokens of this session are refused from now on. What was delivered before is kept.',
};

export const SESSION_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'session.read',
    section: 'sessions',
    async handle(call) {
      const found = await foundIn(call);
      if (!found.ok) return found;
      const { session, streams, videos } = found.value;
      const shown = await lightsOf(call, found.value);
      const path = `/console/sessions/${session.id}`;
      return ok({
        kind: 'page',
        title: `Session of ${session.endUserId}`,
        content: html`${notice(DONE[call.query.get('done') ?? ''])}
<div data-refresh="${path}/light">
<p class="summary summary-light" id="light" role="status">${light(shown.session)}</p>
${facts(factsOf(session))}
<h2>Channels</h2>${streams.length === 0 ? NO_CHANNELS : channelTable(shown.streams)}</div>${STALE}
<h2>Recordings</h2>${
          videos.length === 0
            ? NO_VIDEOS
            : videoTable(
                videos.map((video) => ({
                  video,
                  stream: streams.find(({ id }) => id === video.streamId),
                  session,
                })),
                false,
              )
        }
<h2>Consent</h2>${consentOf(session)}
<h2>What you can do</h2>
<ul class="doings"><li><a href="${path}/revoke">Revoke its tokens</a> <span class="hint">Those that are out are refused at once. Your backend can give new ones, unless it is told.</span></li>
<li><a href="${path}/delete">Delete the session</a> <span class="hint">With everything that was recorded in it.</span></li>
<li><a href="/console/audit?object=${session.id}">Its entries in the audit log</a></li></ul>`,
      });
    },
  },
  {
    method: 'get',
    path: `${PATH}/light`,
    needs: 'admin',
    does: null,
    section: 'sessions',
    async handle(call) {
      const found = await foundIn(call);
      if (!found.ok) return found;
      const shown = await lightsOf(call, found.value);
      return ok({
        kind: 'piece',
        content: html`<p id="light">${light(shown.session)}</p>${shown.streams.map(
          (each) =>
            html`<p id="light-${each.stream.id}">${light(each.light)}</p><p id="bytes-${each.stream.id}">${amountOf(each.stream)}</p>`,
        )}`,
      });
    },
  },
  {
    method: 'get',
    path: `${PATH}/delete`,
    needs: 'admin',
    does: null,
    section: 'sessions',
    async handle(call) {
      const found = await foundIn(call);
      if (!found.ok) return found;
      const { session, streams, videos } = found.value;
      const path = `/console/sessions/${session.id}`;
      return ok(
        question(call, {
          title: 'Delete this session?',
          says: [
            html`The session ${code(session.id)} of ${given(session.endUserId)} goes, with its name, metadata and consent receipt.`,
            `${capital(count(streams.length, 'channel'))} and ${count(videos.length, 'recording')} go with it: ${bytes(streams.reduce((sum, each) => sum + (each.store ? each.bytes : 0), 0))}.`,
            'Its keys are destroyed first, so nobody can open it again. A backup of the database from before still holds the wrapped keys.',
            'The client erases its own copy when it next connects.',
            isUnderWay(session) ? 'It is under way now: it ends at once.' : 'It cannot be undone.',
          ],
          action: `${path}/delete`,
          yes: 'Delete the session',
          back: path,
        }),
      );
    },
  },
  {
    method: 'post',
    path: `${PATH}/delete`,
    needs: 'admin',
    does: 'session.delete',
    section: 'sessions',
    async handle(call) {
      const found = await foundIn(call);
      if (!found.ok) return found;
      const deleted = await deleteSession(call.parts, found.value.session.id);
      return deleted.ok ? ok({ kind: 'go', to: '/console/sessions?done=deleted' }) : deleted;
    },
  },
  {
    method: 'get',
    path: `${PATH}/revoke`,
    needs: 'admin',
    does: null,
    section: 'sessions',
    async handle(call) {
      const found = await foundIn(call);
      if (!found.ok) return found;
      const path = `/console/sessions/${found.value.session.id}`;
      return ok(
        question(call, {
          title: 'Revoke the tokens of this session?',
          says: [
            'Every client token of it is refused from now on, and none is renewed.',
            'A client that is recording delivers nothing more; what it recorded stays on its device, encrypted.',
            'Your backend can give out a new token for it.',
          ],
          action: `${path}/revoke`,
          yes: 'Revoke the tokens',
          back: path,
        }),
      );
    },
  },
  {
    method: 'post',
    path: `${PATH}/revoke`,
    needs: 'admin',
    does: 'session.revoke',
    section: 'sessions',
    async handle(call) {
      const found = await foundIn(call);
      if (!found.ok) return found;
      const { id } = found.value.session;
      await call.parts.store.dropTokensOf(id);
      return ok({ kind: 'go', to: `/console/sessions/${id}?done=revoked` });
    },
  },
];

type Found = {
  readonly session: SessionRecord;
  readonly streams: readonly StreamRecord[];
  readonly videos: readonly VideoRecord[];
};

/** The session with what is of it. Error: `session-unknown`, for one of another tenant, too. */
async function foundIn(call: Call): Promise<Result<Found>> {
  const { parts, params } = call;
  const id = params.id ?? '';
  const session = await sessionOf(call, id);
  if (session?.id !== id) return fail('session-unknown', id);
  const [streams, videos] = [await parts.store.streamsOf([id]), await parts.store.videosOf([id])];
  return ok({ session, streams, videos });
}

function isUnderWay({ status }: SessionRecord): boolean {
  return status === 'starting' || status === 'active' || status === 'paused' || status === 'stopping';
}

type Lit = { readonly stream: StreamRecord; readonly light: Light };

async function lightsOf({ parts }: Call, { session, streams }: Found) {
  const lit = await Promise.all(
    streams.map(
      async (stream): Promise<Lit> => ({ stream, light: await streamLight(parts, session, stream) }),
    ),
  );
  return { session: await sessionLight(parts, session, streams), streams: lit };
}

function factsOf(session: SessionRecord): Fact[] {
  const metadata = JSON.stringify(session.metadata, undefined, 1);
  return [
    ['Session', code(session.id)],
    ['Person', given(session.endUserId)],
    ['Collection', html`<a href="/console/policy/${session.collectionId}">${session.collectionId}</a>`],
    ['Environment', session.environment],
    ['Made', momentUtc(session.createdAt)],
    ['Started', session.startedAt === null ? 'not yet' : momentUtc(session.startedAt)],
    ['Complete', session.endedAt === null ? 'not yet' : momentUtc(session.endedAt)],
    ['Policy', session.policy === null ? 'not started' : `version ${session.policy.version}`],
    ['Metadata', metadata === '{}' ? 'none' : html`<pre>${given(metadata)}</pre>`, 'wide'],
  ];
}

const NO_CHANNELS = html`<p class="card empty">It was not started, so it has no channels yet.</p>`;
const NO_VIDEOS = html`<p class="card empty">None. They are made when the session has stopped and everything kept has arrived.</p>`;

function channelTable(lit: readonly Lit[]): Html {
  return table<Lit>(
    { caption: 'Channels of the session' },
    [
      {
        head: 'Light',
        cell: ({ stream, light: shown }) => html`<span id="light-${stream.id}">${light(shown)}</span>`,
      },
      { head: 'Channel', isName: true, cell: ({ stream }) => channelName(stream) },
      { head: 'Mode', cell: ({ stream }) => modeBadge(stream) },
      {
        head: 'Arrived',
        isNumber: true,
        cell: ({ stream }) => html`<span id="bytes-${stream.id}">${amountOf(stream)}</span>`,
      },
    ],
    lit,
  );
}

function amountOf({ bytes: number, fragments }: StreamRecord): string {
  return fragments === 0 ? 'nothing yet' : `${bytes(number)} in ${count(fragments, 'fragment')}`;
}

function modeBadge({ store, revokedAt, wrappedKey }: StreamRecord): Html {
  if (revokedAt !== null)
    return html`<span class="badge badge-warn">Consent taken back${wrappedKey === '' ? ', erased' : ''}</span>`;
  return store
    ? html`<span class="badge badge-keep">Kept</span>`
    : html`<span class="badge">Live only</span>`;
}

function consentOf({ consentJws }: SessionRecord): Html {
  if (consentJws === null)
    return html`<p class="card empty">Nobody has agreed yet, so nothing was captured.</p>`;
  // The service signed this itself and its store is sealed: what is shown here needs no second check.
  const held = countersignedConsent.parse(decodeJwt(consentJws));
  const receipt = held.receipt === null ? undefined : consentReceipt.parse(decodeJwt(held.receipt));
  return html`${facts([
    ['Taken by this service', momentUtc(held.iat)],
    ...(receipt === undefined ? BEARER : receiptFacts(receipt)),
  ])}`;
}

const BEARER: readonly Fact[] = [
  ['Receipt', 'none: the client cannot sign, and the policy allows such clients'],
];

function receiptFacts({ statement, statementSha256, agreedAt, act }: ConsentReceipt): Fact[] {
  const kept = statement.channels.filter(({ mode }) => mode === 'keep').map(({ name }) => name);
  const live = statement.channels.filter(({ mode }) => mode === 'live').map(({ name }) => name);
  return [
    [
      'Agreed',
      html`${momentUtc(Date.parse(agreedAt) / 1000)}, ${act === 'window' ? 'in the window' : 'at the command line'}`,
    ],
    ['To keep', kept.length === 0 ? 'nothing' : given(listed(kept))],
    ['To live only', live.length === 0 ? 'nothing' : given(listed(live))],
    ['Purpose shown', given(statement.purpose)],
    ['Recipients shown', given(listed(statement.recipients))],
    ['Policy shown', `version ${statement.policyVersion} of ${statement.organisation}`],
    [
      'Text shown',
      html`<details><summary>Word for word, in ${given(statement.locale)}</summary><p class="quoted">${given(statement.text)}</p></details>`,
    ],
    ['Digest', code(statementSha256), 'wide'],
  ];
}
