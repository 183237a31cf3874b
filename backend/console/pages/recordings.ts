import { fail, ok, type Result } from '../../../contract/result.ts';
import { placesOf } from '../../redundancy/left.ts';
import { cursorAt, cursorOf } from '../../routes/cursor.ts';
import type { SessionRecord, StreamRecord, VideoRecord } from '../../store/records.ts';
import { deleteVideo, partsOf } from '../../video/delete.ts';
import type { Call, ConsoleRoute } from '../page.ts';
import { channelName } from '../parts/channel.ts';
import { code, given, type Html, html } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { question } from '../parts/question.ts';
import { type Column, older, table } from '../parts/table.ts';
import { bytes, length, moment } from '../parts/words.ts';
import { sessionOf } from '../within.ts';

const PATH = '/console/recordings';
const PAGE = 50;

const DONE: { readonly [what: string]: string } = {
  deleted: 'The recording was deleted, with everything it was made of.',
};

export const RECORDING_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'video.list',
    section: 'recordings',
    async handle(call) {
      const { rows, older: next } = await rowsOf(call);
      return ok({
        kind: 'page',
        title: 'Recordings',
        content: html`${notice(DONE[call.query.get('done') ?? ''])}
<p class="lead">You see what there is, not what is in it: an admin does not play or download media. A key with the role “read” does.</p>
${rows.length === 0 ? html`<p class="card empty">No recordings here. They are made when a session has stopped and everything kept has arrived.</p>` : videoTable(rows, true)}
${older(next, 'Recordings of older sessions')}`,
      });
    },
  },
  {
    method: 'get',
    path: `${PATH}/:id/delete`,
    needs: 'admin',
    does: null,
    section: 'recordings',
    async handle(call) {
      const found = await foundIn(call);
      if (!found.ok) return found;
      const { video, stream, session } = found.value;
      const siblings = await partsOf(call.parts, session.id, video.streamId);
      const left = await placesOf(call.parts, [session.id], video.streamId);
      return ok(
        question(call, {
          title: 'Delete this recording?',
          says: [
            html`${nameOf(stream)} of ${given(session.endUserId)}, ${length(video.lengthSeconds)} long, ${bytes(video.sizeBytes)}.`,
            ...(siblings.length > 1
              ? [
                  `It is one of ${siblings.length} parts of a recording, as its format changed on the way. They go together.`,
                ]
              : []),
            'The key of the channel is destroyed, then the fragments: nobody can open it again. A backup of the database from before still holds the wrapped keys.',
            'Its second copy goes, too. The client erases its own when it next connects.',
            ...left.map(
              ({ place }) =>
                html`What may have been copied to ${given(place)} stays there: that is yours to delete.`,
            ),
            'The session, its consent receipt and its other recordings stay.',
          ],
          action: `${PATH}/${video.id}/delete`,
          yes: 'Delete the recording',
          back: PATH,
        }),
      );
    },
  },
  {
    method: 'post',
    path: `${PATH}/:id/delete`,
    needs: 'admin',
    does: 'video.delete',
    section: 'recordings',
    async handle(call) {
      const found = await foundIn(call);
      if (!found.ok) return found;
      const deleted = await deleteVideo(call.parts, found.value.video.id, { withParts: true });
      return deleted.ok ? ok({ kind: 'go', to: `${PATH}?done=deleted` }) : deleted;
    },
  },
];

type VideoRow = {
  readonly video: VideoRecord;
  readonly stream: StreamRecord | undefined;
  readonly session: SessionRecord;
};

/** The video, where it is of the admin's tenant. Error: `video-unknown`. */
async function foundIn(call: Call): Promise<Result<VideoRow>> {
  const { store } = call.parts;
  const id = call.params.id ?? '';
  const session = id.startsWith('vid-') ? await sessionOf(call, id) : undefined;
  const video = session && (await store.video(id));
  if (session === undefined || video === undefined) return fail('video-unknown', id);
  return ok({ video, session, stream: await store.stream(video.streamId) });
}

/** Recordings of one page of sessions. */
async function rowsOf({ parts, admin, query }: Call) {
  const after = cursorOf.safeParse(query.get('after') ?? '');
  const sessions = await parts.store.sessions({
    tenantId: admin.tenantId,
    environment: null,
    after: after.success ? after.data : undefined,
    limit: PAGE + 1,
  });
  const page = sessions.slice(0, PAGE);
  const ids = page.map(({ id }) => id);
  const [videos, streams] = [await parts.store.videosOf(ids), await parts.store.streamsOf(ids)];
  const rows = page.flatMap((session) =>
    videos
      .filter(({ sessionId }) => sessionId === session.id)
      .map(
        (video): VideoRow => ({ video, session, stream: streams.find(({ id }) => id === video.streamId) }),
      ),
  );
  const last = sessions.length > PAGE ? page.at(-1) : undefined;
  return { rows, older: last === undefined ? null : `${PATH}?after=${cursorAt(last)}` };
}

function nameOf(stream: StreamRecord | undefined): Html {
  if (stream === undefined) return html`A channel`;
  return channelName(stream);
}

/** Recordings as a table; `withSession` where they are of several. */
export function videoTable(rows: readonly VideoRow[], withSession: boolean): Html {
  const whose: readonly Column<VideoRow>[] = [
    { head: 'Person', cell: ({ session }) => given(session.endUserId) },
    {
      head: 'Session',
      cell: ({ session: { id } }) => html`<a href="/console/sessions/${id}">${code(id)}</a>`,
    },
  ];
  return table<VideoRow>(
    { caption: 'Recordings, newest first' },
    [
      { head: 'Channel', isName: true, cell: ({ stream }) => nameOf(stream) },
      ...(withSession ? whose : []),
      { head: 'Length', isNumber: true, cell: ({ video }) => length(video.lengthSeconds) },
      { head: 'Size', isNumber: true, cell: ({ video }) => bytes(video.sizeBytes) },
      { head: 'Made (UTC)', cell: ({ video }) => moment(video.createdAt) },
      { head: 'SHA-256', cell: ({ video }) => html`<span class="digest">${code(video.sha256)}</span>` },
      {
        head: 'To do',
        cell: ({ video, stream }) =>
          html`<a href="${PATH}/${video.id}/delete">Delete<span class="unseen"> the recording of ${stream?.channelId ?? video.id}</span></a>`,
      },
    ],
    rows,
  );
}
