import { expect } from 'vitest';
import type { ServiceConfig } from '../serve.ts';
import { call } from './recorder.ts';
import { type Trial, trial } from './service.ts';

export const HOUR_MS = 3600_000;
/** A service looks at its clock all the time, as the test turns it. */
export const LOOK_MS = 20;

export function eventTrial(webhooks: ServiceConfig['webhooks'] = {}): Promise<Trial> {
  return trial({ webhooks: { lookMs: LOOK_MS, ...webhooks } });
}

/** A session whose creation is the event that is sent. */
export async function created(service: Trial, callback_url: string): Promise<string> {
  const session = { end_user_id: 'ada', callback_url };
  const answer = await call(service, 'POST', '/collection/default/capture/session', service.key, session);
  expect(answer).toMatchObject({ status: 200 });
  return answer.data.id;
}

export type Dead = {
  readonly id: string;
  readonly event: string;
  readonly capture_session_id: string;
  readonly attempts: number;
  readonly last_error: string;
};

export async function dead(service: Trial, key = service.key): Promise<Dead[]> {
  return (await call<{ events: Dead[] }>(service, 'GET', '/webhook/dead', key)).data.events;
}

/** A new secret, as an admin gets it. */
export async function secretOf(service: Trial): Promise<string> {
  return (await call<{ secret: string }>(service, 'POST', '/webhook/secret', service.key)).data.secret;
}
