import { createAdmin } from '../manage.ts';
import { CONFIRMATION_HEADER } from '../routes/confirmation.ts';
import { type Answer, call } from './recorder.ts';
import { must, type Trial } from './service.ts';

export const PASSWORD = 'correct horse battery staple';

/** An admin of the trial's service, by its id. */
export async function adminOf(
  { dataDir }: Pick<Trial, 'dataDir'>,
  name = 'ada',
  tenant = 'default',
  variables = {},
): Promise<string> {
  return must(await createAdmin({ dataDir, tenant, variables }, name, PASSWORD)).id;
}

const EXPORTER = 'who hands out';
const withExporter = new WeakSet<object>();

/** What is held of a person, as an admin who gives the password has it handed out. */
export async function exportOf(
  service: Pick<Trial, 'url' | 'dataDir'>,
  key: string,
  person: string,
  variables = {},
): Promise<Response> {
  if (!withExporter.has(service)) await adminOf(service, EXPORTER, 'default', variables);
  withExporter.add(service);
  const wish = { name: EXPORTER, password: PASSWORD };
  const told = await call<{ confirmation: string }>(service, 'POST', '/user/confirm', key, wish);
  return fetch(`${service.url}/user/${encodeURIComponent(person)}/data`, {
    headers: { 'x-access-token': key, [CONFIRMATION_HEADER]: told.data.confirmation },
  });
}

/** A request with the confirmation that managing keys takes. */
export async function confirmedCall<T>(
  service: Trial,
  confirmation: string,
  [method, path]: readonly [string, string],
  key: string,
  body?: object,
): Promise<Answer<T>> {
  const response = await fetch(service.url + path, {
    method,
    headers: {
      'x-access-token': key,
      [CONFIRMATION_HEADER]: confirmation,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...JSON.parse(await response.text()) };
}
