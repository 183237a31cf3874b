import { exportSessionRequest, sessionExport } from '../../contract/wire.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import { exportSession } from '../session/export.ts';
import { oneSession, sessionIn } from './sessions.ts';

export const EXPORT_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/collection/{c}/capture/session/{id}/export',
    access: 'key',
    roles: ['capture', 'read'],
    does: 'session.export',
    summary:
      'The video of a stopped session: of the channel named, or else of the display, or else the first sound',
    params: oneSession,
    body: exportSessionRequest.optional(),
    answer: sessionExport,
    async handle({ parts, caller, params, body }) {
      const session = await sessionIn(parts, caller, params);
      return session.ok ? exportSession(parts, session.value.id, body?.video_channel_id) : session;
    },
  }),
];
