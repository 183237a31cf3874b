import { parseArgs } from 'node:util';

/** Options of all commands; each command takes those it names and refuses the others. */
const OPTIONS = {
  json: { type: 'boolean' },
  data: { type: 'string' },
  server: { type: 'string' },
  session: { type: 'string' },
  token: { type: 'string' },
  store: { type: 'string', multiple: true },
  ephemeral: { type: 'string', multiple: true },
  duration: { type: 'string' },
  fps: { type: 'string' },
  'follow-default': { type: 'boolean' },
  port: { type: 'string' },
  name: { type: 'string' },
  replace: { type: 'boolean' },
  role: { type: 'string', multiple: true },
  environment: { type: 'string' },
  tenant: { type: 'string' },
  id: { type: 'string' },
  overlap: { type: 'string' },
  actor: { type: 'string' },
  object: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  'dry-run': { type: 'boolean' },
  record: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Throws a TypeError that names what is not understood. */
export function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}
export type Arguments = ReturnType<typeof parse>['values'];
export type Command = {
  readonly options: readonly (keyof typeof OPTIONS)[];
  readonly run: (values: Arguments, rest: readonly string[]) => Promise<number>;
};
