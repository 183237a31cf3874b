import type { ConsoleRoute } from './page.ts';
import { AUDIT_ROUTES } from './pages/audit.ts';
import { COLLECTION_ROUTES } from './pages/collections.ts';
import { CONFIRM_ROUTES } from './pages/confirm.ts';
import { COPY_ROUTES } from './pages/copies.ts';
import { DESTINATION_ROUTES } from './pages/destinations.ts';
import { EVENT_ROUTES } from './pages/events.ts';
import { KEY_ROUTES } from './pages/keys.ts';
import { PEOPLE_ROUTES } from './pages/people.ts';
import { POLICY_ROUTES } from './pages/policy.ts';
import { POLICY_REVIEW_ROUTES } from './pages/policy-review.ts';
import { RECORDING_ROUTES } from './pages/recordings.ts';
import { RETENTION_ROUTES } from './pages/retention.ts';
import { SESSION_ROUTES } from './pages/session.ts';
import { SESSION_LIST_ROUTES } from './pages/sessions.ts';

/** Every page of the console for those who are signed in. A path that is written out comes before one with a name in it. */
export const CONSOLE_ROUTES: readonly ConsoleRoute[] = [
  ...CONFIRM_ROUTES,
  ...SESSION_LIST_ROUTES,
  ...SESSION_ROUTES,
  ...RECORDING_ROUTES,
  ...DESTINATION_ROUTES,
  ...COPY_ROUTES,
  ...POLICY_ROUTES,
  ...POLICY_REVIEW_ROUTES,
  ...COLLECTION_ROUTES,
  ...PEOPLE_ROUTES,
  ...RETENTION_ROUTES,
  ...AUDIT_ROUTES,
  ...KEY_ROUTES,
  ...EVENT_ROUTES,
];
