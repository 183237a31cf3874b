import type { Route } from '../http/route.ts';
import { AUDIT_ROUTES } from './audit.ts';
import { CAPTURE_ROUTES } from './capture.ts';
import { COLLECTION_ROUTES } from './collections.ts';
import { COPY_ROUTES } from './copies.ts';
import { DESTINATION_ROUTES } from './destinations.ts';
import { EXPORT_ROUTES } from './exports.ts';
import { KEY_ROUTES } from './keys.ts';
import { LIVE_ROUTES } from './live.ts';
import { POLICY_ROUTES } from './policy.ts';
import { RETENTION_ROUTES } from './retention.ts';
import { RIGHTS_ROUTES } from './rights.ts';
import { RTSTREAM_ROUTES } from './rtstreams.ts';
import { selfRoutes } from './self.ts';
import { SESSION_ROUTES } from './sessions.ts';
import { TOKEN_ROUTES } from './tokens.ts';
import { VIDEO_ROUTES } from './videos.ts';
import { WEBHOOK_ROUTES } from './webhooks.ts';

/** Every route of the service. */
export const ROUTES: readonly Route[] = [
  ...selfRoutes(() => ROUTES),
  ...COLLECTION_ROUTES,
  ...SESSION_ROUTES,
  ...EXPORT_ROUTES,
  ...TOKEN_ROUTES,
  ...CAPTURE_ROUTES,
  ...RTSTREAM_ROUTES,
  ...LIVE_ROUTES,
  ...VIDEO_ROUTES,
  ...DESTINATION_ROUTES,
  ...COPY_ROUTES,
  ...POLICY_ROUTES,
  ...KEY_ROUTES,
  ...WEBHOOK_ROUTES,
  ...AUDIT_ROUTES,
  ...RIGHTS_ROUTES,
  ...RETENTION_ROUTES,
];
