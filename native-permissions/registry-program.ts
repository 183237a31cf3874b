import type { ReadRegistryValue, RegistryValue } from './registry.ts';
import { windowsProgram } from './settings-pages.ts';
import { askProgram, type Environment, type ProgramAnswer } from './small-program.ts';

/** Runs `reg.exe` with these arguments. */
export type AskReg = (args: readonly string[]) => Promise<ProgramAnswer>;

/**
 * Reads by `reg.exe query`, about 100 ms a question. It ends with 1 both for what is not there and for what may not be
 * read, and tells them apart only in the words of the system's language; so the keys above are asked for the one
 * that is missing.
 */
export function readByProgram(ask: AskReg): ReadRegistryValue {
  return async (root, key, name) => {
    const answer = await ask(['query', `${root}\\${key}`, '/v', name]);
    if (answer.kind === 'not-run') return { error: `reg.exe: ${answer.why}` };
    if (answer.exitCode === 0) return parseQuery(answer.stdout, name);
    return (await isMissing(ask, `${root}\\${key}`))
      ? 'absent'
      : { error: `reg.exe: ended ${answer.exitCode}` };
  };
}

export function regOf(env: Environment): AskReg {
  const program = windowsProgram('System32\\reg.exe', env);
  return (args) => askProgram(program, args, env);
}

/** Whether a key can be read, so that a value which was not found in it is not there, or is itself not there. */
async function isMissing(ask: AskReg, path: string): Promise<boolean> {
  const own = await ask(['query', path]);
  if (own.kind === 'ended' && own.exitCode === 0) return true;
  for (let child = path; ; ) {
    const end = child.lastIndexOf('\\');
    if (end < 0) return false;
    const parent = child.slice(0, end);
    const answer = await ask(['query', parent]);
    if (answer.kind === 'ended' && answer.exitCode === 0) return !lists(answer.stdout, child);
    child = parent;
  }
}

/** Whether a listing of a key names this one among those below it; it spells the root out. */
function lists(stdout: string, path: string): boolean {
  const below = path.slice(path.indexOf('\\')).toLowerCase();
  return stdout
    .split(/\r?\n/)
    .some((line) => /^HKEY_/i.test(line) && line.toLowerCase().trimEnd().endsWith(below));
}

/** `    Value    REG_SZ    Deny`; the other lines name the key, or speak the system's language. */
const VALUE_LINE = /^\s+(\S.*?)\s+(REG_[A-Z_]+)(?:\s+(.*))?$/;

/** The value that `reg.exe query KEY /v name` printed. Two that differ, or another type, are an error. */
export function parseQuery(stdout: string, name: string): RegistryValue {
  const found = stdout
    .split(/\r?\n/)
    .map((line) => VALUE_LINE.exec(line))
    .filter((line) => line?.[1]?.toLowerCase() === name.toLowerCase())
    .map((line) => valueFrom(line?.[2] ?? '', line?.[3]?.trimEnd() ?? ''));
  const [value, ...others] = found;
  if (value === undefined) return { error: 'reg.exe: printed no such value' };
  return others.some((other) => JSON.stringify(other) !== JSON.stringify(value))
    ? { error: 'reg.exe: printed more than one value' }
    : value;
}

function valueFrom(type: string, data: string): RegistryValue {
  if (type === 'REG_SZ') return { text: data };
  if (type === 'REG_DWORD' && /^0x[0-9a-f]{1,8}$/i.test(data)) return { number: Number(data) };
  return { error: `reg.exe: ${type}` };
}
