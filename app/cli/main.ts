import { errorOf, fail, type Result } from '../../contract/result.ts';
import { type Command, notUnderstood, parse } from './command.ts';
import { outliveReaders, printer } from './print.ts';
import { USAGE } from './usage.ts';

/** Command words to the file that knows the command; loaded only when it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  devices: async () => (await import('./devices.ts')).devices,
  doctor: async () => (await import('./doctor.ts')).doctor,
  record: async () => (await import('./record.ts')).record,
  deliver: async () => (await import('./deliver.ts')).deliver,
  recordings: async () => (await import('./recordings.ts')).recordings,
  verify: async () => (await import('./verify.ts')).verify,
  export: async () => (await import('./export.ts')).exportCommand,
  delete: async () => (await import('./recordings.ts')).remove,
  'audit verify': async () => (await import('./audit.ts')).auditVerify,
  'audit set-aside': async () => (await import('./audit-set-aside.ts')).auditSetAside,
  audit: async () => (await import('./audit.ts')).audit,
  'backend audit verify': async () => (await import('./backend-audit.ts')).auditVerify,
  'backend audit anchor': async () => (await import('./backend-audit.ts')).auditAnchor,
  'backend audit': async () => (await import('./backend-audit.ts')).auditRead,
  'backend sweep': async () => (await import('./backend-sweep.ts')).sweep,
  'backend master-key rotate': async () => (await import('./backend-master-key.ts')).masterKeyRotate,
  'backend backup verify': async () => (await import('./backend-backup.ts')).backupVerify,
  'backend backup list': async () => (await import('./backend-backup.ts')).backupList,
  'backend backup': async () => (await import('./backend-backup.ts')).backup,
  'backend restore': async () => (await import('./backend-backup.ts')).restore,
  'backend serve': async () => (await import('./backend.ts')).serve,
  'backend key create': async () => (await import('./backend-keys.ts')).keyCreate,
  'backend key list': async () => (await import('./backend-keys.ts')).keyList,
  'backend key rotate': async () => (await import('./backend-keys.ts')).keyRotate,
  'backend key revoke': async () => (await import('./backend-keys.ts')).keyRevoke,
  'backend admin create': async () => (await import('./backend-admins.ts')).adminCreate,
  'backend admin password': async () => (await import('./backend-admins.ts')).adminPassword,
  'backend tenant create': async () => (await import('./backend-admins.ts')).tenantCreate,
};

const WORDS = { 0: 'no further word', 1: 'one id and no more' } as const;

async function main(args: readonly string[]): Promise<number> {
  const parsed = understood(args);
  if (!parsed.ok) return printer(args.includes('--json')).failed(parsed.error);
  const { values, positionals } = parsed.value;
  if (values.help === true || (positionals.length === 0 && values.version !== true)) {
    process.stdout.write(USAGE);
    return values.help === true ? 0 : 2;
  }
  if (values.version === true) {
    const { default: description } = await import('../../package.json', { with: { type: 'json' } });
    process.stdout.write(`${description.version}\n`);
    return 0;
  }
  const out = printer(values.json === true);
  for (let words = positionals.length; words > 0; words--) {
    const name = positionals.slice(0, words).join(' ');
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (load === undefined) continue;
    const command = await load();
    const foreign = Object.keys(values).filter(
      (name) => !(command.options as readonly string[]).includes(name),
    );
    if (foreign.length > 0)
      return out.failed(errorOf('usage', `--${foreign.join(', --')} does not belong here`));
    const [empty] = Object.entries(values).filter(([, value]) => [value].flat().includes(''));
    // Such as a variable of the shell that is not set.
    if (empty !== undefined) return out.failed(errorOf('usage', `--${empty[0]} has no value`));
    const rest = positionals.slice(words);
    // What is not understood is not passed over: `delete A B` would leave B.
    if (rest.length > (command.words ?? 0))
      return out.failed(errorOf('usage', `${name} takes ${WORDS[command.words ?? 0]}`));
    return command.run(values, rest);
  }
  return out.failed(errorOf('usage', `there is no command ${positionals.join(' ')}`));
}

function understood(args: readonly string[]): Result<ReturnType<typeof parse>> {
  try {
    return { ok: true, value: parse(args) };
  } catch (error) {
    return fail('usage', error instanceof Error ? notUnderstood(error.message) : undefined);
  }
}

outliveReaders();
// What started us is gone without a word: nothing goes on that nobody sees and Ctrl+C does not reach.
process.once('disconnect', () => process.kill(process.pid, 'SIGHUP'));
process.channel?.unref();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // A bug: the person gets a sentence, the developer gets the trace where they asked for it.
  const out = printer(process.argv.includes('--json'));
  process.exitCode = out.failed(errorOf('internal'));
  if (process.env.TALLYLIGHT_DEBUG !== undefined)
    out.note(String(error instanceof Error ? error.stack : error));
}
