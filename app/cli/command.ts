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
  'max-upload': { type: 'string' },
  metered: { type: 'string' },
  resume: { type: 'boolean' },
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
  out: { type: 'string' },
  'per-channel': { type: 'boolean' },
  'as-recorded': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  to: { type: 'string' },
  from: { type: 'string' },
  keep: { type: 'string' },
  generation: { type: 'string' },
  verify: { type: 'boolean' },
  anew: { type: 'boolean' },
  'leave-out-damaged': { type: 'boolean' },
  'take-over': { type: 'boolean' },
  record: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Throws a TypeError that names what is not understood (`notUnderstood`). */
export function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}
/** What the parser says against it, in words of ours where its own do not say what to do. */
export function notUnderstood(message: string): string {
  const [, option] =
    /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(message) ?? [];
  return option === undefined
    ? (message.split('.')[0] ?? '')
    : `${option} needs a value after it; one that begins with a dash is written ${option}=-…`;
}

export type Arguments = ReturnType<typeof parse>['values'];
export type Command = {
  /** How many words it takes after its own; none where it is left out. */
  readonly words?: 0 | 1;
  readonly options: readonly (keyof typeof OPTIONS)[];
  readonly run: (values: Arguments, rest: readonly string[]) => Promise<number>;
};
