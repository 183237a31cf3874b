import { z } from 'zod';
import { DEFAULT_OVERLAP_SECONDS, LONGEST_OVERLAP_SECONDS } from '../../backend/access/manage-keys.ts';
import { createKey, ENVIRONMENTS, ROLES } from '../../backend/main.ts';
import { endKey, listKeys, replaceKey } from '../../backend/manage.ts';
import { errorOf } from '../../contract/result.ts';
import type { Arguments, Command } from './command.ts';
import { serviceDir } from './data-dir.ts';
import { printer } from './print.ts';

function where({ data, tenant }: Arguments) {
  return { dataDir: data ?? serviceDir(), ...(tenant === undefined ? {} : { tenant }) };
}

/** Makes a key for your backend and shows it once. */
export const keyCreate: Command = {
  options: ['json', 'data', 'name', 'replace', 'role', 'environment', 'tenant'],
  run: async (values) => {
    const out = printer(values.json === true);
    if (values.name === undefined) return out.failed(errorOf('usage', '--name says what the key is for'));
    const named = z
      .array(z.enum(ROLES))
      .min(1)
      .safeParse(values.role ?? ['capture']);
    if (!named.success) return out.failed(errorOf('usage', `--role takes ${ROLES.join(', ')}`));
    const environment = z.enum(ENVIRONMENTS).safeParse(values.environment ?? 'production');
    if (!environment.success)
      return out.failed(errorOf('usage', `--environment takes ${ENVIRONMENTS.join(' or ')}`));
    const made = await createKey({
      ...where(values),
      name: values.name,
      environment: environment.data,
      roles: [...new Set(named.data)],
      replace: values.replace === true,
    });
    if (!made.ok) return out.failed(made.error);
    out.note('Keep this key in your backend; it is shown only now and cannot be read again.');
    out.line(made.value.key, { event: 'key', ...made.value });
    return 0;
  },
};

/** Lists keys by what may be known of them. */
export const keyList: Command = {
  options: ['json', 'data', 'tenant'],
  run: async (values) => {
    const out = printer(values.json === true);
    const keys = await listKeys(where(values));
    if (!keys.ok) return out.failed(keys.error);
    for (const { sha256: _, tenantId: __, ...key } of keys.value) {
      const until = key.expiresAt === null ? '' : `  until ${dateOf(key.expiresAt)}`;
      const used = key.lastUsedAt === null ? 'never used' : `last used ${dateOf(key.lastUsedAt)}`;
      const told = `${key.id}  ${key.prefix}…  ${key.environment}  ${key.roles.join(',')}  ${used}${until}  ${key.name}`;
      out.line(told, { event: 'key', ...key });
    }
    return 0;
  },
};

/** Makes a key in the place of another, which goes on for a while. */
export const keyRotate: Command = {
  options: ['json', 'data', 'tenant', 'overlap'],
  words: 1,
  run: async (values, [id]) => {
    const out = printer(values.json === true);
    const overlap = Number(values.overlap ?? DEFAULT_OVERLAP_SECONDS);
    if (id === undefined) return out.failed(errorOf('usage', 'say which key: `backend key list`'));
    if (!Number.isInteger(overlap) || overlap < 0 || overlap > LONGEST_OVERLAP_SECONDS)
      return out.failed(errorOf('usage', `--overlap takes 0 to ${LONGEST_OVERLAP_SECONDS} seconds`));
    const made = await replaceKey(where(values), id, overlap);
    if (!made.ok) return out.failed(made.error);
    out.note(
      `Keep this key in your backend; it is shown only now. The old one is refused after ${overlap} s.`,
    );
    out.line(made.value.key, { event: 'key', ...made.value });
    return 0;
  },
};

/** Ends a key at once. */
export const keyRevoke: Command = {
  options: ['json', 'data', 'tenant'],
  words: 1,
  run: async (values, [id]) => {
    const out = printer(values.json === true);
    if (id === undefined) return out.failed(errorOf('usage', 'say which key: `backend key list`'));
    const ended = await endKey(where(values), id);
    if (!ended.ok) return out.failed(ended.error);
    out.line(`${id} is refused from now on, with the tokens it issued.`, { event: 'key-revoked', id });
    return 0;
  },
};

function dateOf(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
