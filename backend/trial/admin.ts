import { createAdmin } from '../manage.ts';
import { CONFIRMATION_HEADER } from '../routes/keys.ts';
import type { Answer } from './recorder.ts';
import { must, type Trial } from './service.ts';

export const PASSWORD = 'correct horse battery staple';

/** An admin of the trial's service, by its id. */
export async function adminOf({ dataDir }: Trial, name = 'ada', tenant = 'default'): Promise<string> {
  return must(await createAdmin({ dataDir, tenant, variables: {} }, name, PASSWORD)).id;
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
