import type { ChannelKind } from '../../contract/channel.ts';
import { PERMISSION } from '../../main/session/permitted.ts';
import type { Permission } from '../../native-permissions/permission.ts';
import type { Ability, Problem } from './doctor-report.ts';

/** Whether each kind can be captured, as far as looking tells: only what the system grants is a yes. */
export function abilities(
  problems: readonly Pick<Problem, 'concerns'>[],
  permissions: readonly Pick<Permission, 'kind' | 'state'>[],
): Record<ChannelKind, Ability> {
  const ability = (kind: ChannelKind): Ability => {
    if (problems.some(({ concerns }) => concerns.includes(kind))) return 'no';
    const permission = permissions.find((each) => each.kind === PERMISSION[kind]);
    return permission?.state === 'granted' ? 'yes' : 'unknown';
  };
  return { mic: ability('mic'), system_audio: ability('system_audio'), display: ability('display') };
}
