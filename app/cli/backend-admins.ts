import { changePassword, createAdmin, createTenant } from '../../backend/manage.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import type { Command } from './command.ts';
import { serviceDir } from './data-dir.ts';
import { asked } from './password-prompt.ts';
import { printer } from './print.ts';

/** Makes an admin for the console and for managing keys. */
export const adminCreate: Command = {
  options: ['json', 'data', 'name', 'tenant'],
  run: async (values) => {
    const out = printer(values.json === true);
    if (values.name === undefined) return out.failed(errorOf('usage', '--name is who signs in'));
    const password = await newPassword();
    if (!password.ok) return out.failed(password.error);
    const where = { dataDir: values.data ?? serviceDir() };
    const tenant = values.tenant === undefined ? {} : { tenant: values.tenant };
    const made = await createAdmin({ ...where, ...tenant }, values.name, password.value);
    if (!made.ok) return out.failed(made.error);
    out.line(`${values.name} can sign in to the console at /console.`, { event: 'admin', ...made.value });
    return 0;
  },
};

/** Sets the password of an admin, and signs them out everywhere. */
export const adminPassword: Command = {
  options: ['json', 'data', 'name'],
  run: async (values) => {
    const out = printer(values.json === true);
    if (values.name === undefined) return out.failed(errorOf('usage', '--name is who signs in'));
    const password = await newPassword();
    if (!password.ok) return out.failed(password.error);
    const set = await changePassword({ dataDir: values.data ?? serviceDir() }, values.name, password.value);
    if (!set.ok) return out.failed(set.error);
    out.line(`${values.name} has a new password and is signed out everywhere.`, {
      event: 'password',
      ...set.value,
    });
    return 0;
  },
};

/** Makes an organisation with its first collection. */
export const tenantCreate: Command = {
  options: ['json', 'data', 'id', 'name'],
  run: async (values) => {
    const out = printer(values.json === true);
    const { id, name } = values;
    if (id === undefined || name === undefined)
      return out.failed(errorOf('usage', '--id and --name say which organisation it is'));
    const made = await createTenant({ dataDir: values.data ?? serviceDir() }, id, name);
    if (!made.ok) return out.failed(made.error);
    out.line(`${id} has the collection default and no key yet.`, { event: 'tenant', ...made.value });
    return 0;
  },
};

/** Never from the arguments, which every user of the machine can read. */
async function newPassword(): Promise<Result<string>> {
  const given = process.env.TALLYLIGHT_ADMIN_PASSWORD;
  if (given !== undefined && given !== '') return ok(given);
  if (!process.stdin.isTTY)
    return fail('usage', 'the password comes from TALLYLIGHT_ADMIN_PASSWORD or a terminal');
  const first = await asked('New password: ');
  return first === (await asked('Once more: ')) ? ok(first) : fail('usage', 'the two are not the same');
}
