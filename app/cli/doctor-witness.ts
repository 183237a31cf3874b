import { PERMISSION } from '../../main/session/permitted.ts';
import type { Evidence, Permission, Permissions } from '../../native-permissions/permission.ts';
import type { Content } from './doctor-content.ts';
import type { Trial } from './doctor-trial.ts';

/** What the system says of each kind once a capture has shown something, which outweighs what it said before. */
export async function afterwards(
  permissions: Permissions,
  trials: readonly Trial[],
): Promise<readonly Permission[]> {
  return Promise.all(
    trials.map(({ kind, ways, fragments, content }) => {
      const evidence = evidenceOf(content);
      // What plays nothing is no witness; what nobody opened, or could decode, neither.
      const isSeen = ways.length > 0 && (fragments === 0 || content !== null);
      if (isSeen && (evidence !== 'empty' || kind !== 'system_audio'))
        permissions.witness(PERMISSION[kind], evidence);
      return permissions.status(PERMISSION[kind]);
    }),
  );
}

function evidenceOf(content: Content | null): Evidence {
  if (content === null) return 'nothing';
  const isEmpty = content.kind === 'sound' ? content.isDigitalSilence : content.isBlack;
  return isEmpty ? 'empty' : 'content';
}
