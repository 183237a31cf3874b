import { fail, ok, type Result } from '../contract/result.ts';
import type { PermissionKind } from './permission.ts';

/** Every name under which a kind is asked for: our own, the one with underscores, and the channels' kinds. */
const KIND_OF: ReadonlyMap<string, PermissionKind> = new Map([
  ['microphone', 'microphone'],
  ['mic', 'microphone'],
  ['screen-capture', 'screen-capture'],
  ['screen_capture', 'screen-capture'],
  ['screen', 'screen-capture'],
  ['display', 'screen-capture'],
  ['system-audio', 'system-audio'],
  ['system_audio', 'system-audio'],
]);

/** The kind that a name stands for, in either spelling. Error: `bad-request`. */
export function kindFrom(name: string): Result<PermissionKind> {
  const kind = KIND_OF.get(name);
  return kind === undefined
    ? fail('bad-request', `a permission is one of ${[...KIND_OF.keys()].join(', ')}`)
    : ok(kind);
}
