import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { ServiceAuditEntry } from '../../contract/audit.ts';
import { OWNER_FILE } from '../blobs/owner-file.ts';
import type { ServiceConfig } from '../serve.ts';
import { type TrialCarrier, trialCarrier } from './carrier.ts';
import type { Recorded } from './recorded.ts';
import { call } from './recorder.ts';
import { type Trial, trial } from './service.ts';

export const SECRETS = JSON.stringify({ accessKeyId: 'AKIATRIAL', secretAccessKey: 'hunter2-hunter2' });
export const PLACE = { kind: 's3', region: 'eu-central-1', bucket: 'recordings', prefix: 'in' } as const;
export const DESTINATION = '/collection/default/destination';

export type Copy = {
  readonly video_id: string;
  readonly session_id: string;
  readonly state: string;
  readonly held: boolean;
  readonly attempts: number;
  readonly last_error: string;
  readonly sent_to: string | null;
  readonly places: readonly string[];
  readonly next_attempt_at: number | null;
};

export type Redundant = { readonly service: Trial; readonly carrier: TrialCarrier };

/** A service that copies, whose transfers are the test's; it looks at its clock at once after a turn of it. */
export async function redundant(config: Partial<ServiceConfig> = {}): Promise<Redundant> {
  const carrier = trialCarrier(SECRETS);
  const service = await trial({
    webhooks: { lookMs: 50 },
    ...config,
    destinations: { carrier, ...config.destinations },
  });
  return { service, carrier };
}

export function setDestination(service: Trial, more: object = {}, key = service.key) {
  return call<object>(service, 'PUT', DESTINATION, key, { place: PLACE, credentials: SECRETS, ...more });
}

export async function copiesIn(service: Trial, query = '', key = service.key): Promise<Copy[]> {
  const { data } = await call<{ copies: Copy[] }>(service, 'GET', `/copies?limit=100${query}`, key);
  return data.copies;
}

/** The copies, once all are as they should be. */
export function untilCopies(
  service: Trial,
  isRight: (copies: readonly Copy[]) => boolean,
): Promise<readonly Copy[]> {
  return vi.waitFor(async () => {
    const copies = await copiesIn(service);
    if (!isRight(copies)) throw new Error(`copies are ${JSON.stringify(copies)}`);
    return copies;
  }, 20_000);
}

export const areAll =
  (...states: readonly string[]) =>
  (copies: readonly Copy[]): boolean =>
    copies.length > 0 && copies.every(({ state }) => states.includes(state));

export async function entriesOf(service: Trial, key = service.key): Promise<ServiceAuditEntry[]> {
  const answer = await call<{ entries: ServiceAuditEntry[] }>(service, 'GET', '/audit?limit=1000', key);
  return answer.data.entries;
}

/** The objects that the videos of a session become, in their order. */
export function objectsOf({ session }: Pick<Recorded, 'session'>): string[] {
  return session.videos.map(({ id }) => `default/${session.id}/${id}.mp4`);
}

/** Files below a folder, by their paths in it. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry: Dirent) => entry.isFile() && entry.name !== OWNER_FILE)
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}
