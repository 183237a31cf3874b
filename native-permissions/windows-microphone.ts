import { type Said, said } from '../contract/spoken/spoken.ts';
import type { Evidence, NextStep, Permission } from './permission.ts';
import { type RegistryRoot, type RegistryValue, sayValue } from './registry.ts';

const CONSENT =
  'Software\\Microsoft\\Windows\\CurrentVersion\\CapabilityAccessManager\\ConsentStore\\microphone';

/**
 * Where Windows keeps its answer: the ConsentStore since Windows 10 1903 (`Allow` or `Deny`; absent means allowed),
 * and the policy LetAppsAccessMicrophone of AppPrivacy (0 the person decides, 1 force allow, 2 force deny).
 */
export const MICROPHONE_VALUES = {
  policy: ['HKLM', 'Software\\Policies\\Microsoft\\Windows\\AppPrivacy', 'LetAppsAccessMicrophone'],
  machine: ['HKLM', CONSENT, 'Value'],
  person: ['HKCU', CONSENT, 'Value'],
  desktopApps: ['HKCU', `${CONSENT}\\NonPackaged`, 'Value'],
} as const satisfies Record<string, readonly [RegistryRoot, string, string]>;

type Place = keyof typeof MICROPHONE_VALUES;

export type MicrophoneFacts = Readonly<Record<Place, RegistryValue>> & {
  /** Electron's getMediaAccessStatus, which answers `granted` also where Windows gave it an error. */
  readonly electron: string | undefined;
  readonly evidence: Evidence | undefined;
};

/** What all of it together means. One Deny anywhere outweighs every other answer. */
export function microphoneFrom(facts: MicrophoneFacts): Permission {
  const source = sourceOf(facts);
  const say = (state: Permission['state'], sentence: Said, nextStep: NextStep | null): Permission => ({
    kind: 'microphone',
    state,
    source,
    said: sentence,
    nextStep,
  });

  if (isNumber(facts.policy, 2) || facts.electron === 'restricted')
    return say('restricted', said('win-mic-restricted'), ASK_ADMIN);
  if (isDeny(facts.policy) || isDeny(facts.machine))
    return say('denied', said('win-mic-off'), {
      kind: 'open-settings',
      said: said('win-mic-switch-on'),
    });
  if (isDeny(facts.person))
    return say('denied', said('win-mic-apps'), {
      kind: 'open-settings',
      said: said('win-mic-switch-apps'),
    });
  if (isDeny(facts.desktopApps))
    return say('denied', said('win-mic-desktop-apps'), {
      kind: 'open-settings',
      said: said('win-mic-switch-desktop-apps'),
    });
  if (facts.electron === 'denied') return say('denied', said('win-mic-denied'), OPEN);

  const heard = facts.evidence === 'content';
  if (heard && !PLACES.some((place) => isStrange(place, facts[place])))
    return say('granted', said('heard', { kind: 'microphone' }), null);
  if (PLACES.some((place) => isUnread(facts[place]) || isStrange(place, facts[place])))
    return say('unknown', said('win-mic-unread'), OPEN);
  if (facts.electron !== undefined && facts.electron !== 'granted')
    return say('unknown', said('win-mic-not-said'), OPEN);
  if (facts.evidence !== undefined)
    return say('unknown', facts.evidence === 'empty' ? said('win-mic-silent') : said('win-mic-nothing'), {
      kind: 'open-settings',
      said: said('win-mic-see-muted'),
    });
  return say('granted', said('win-mic-granted'), null);
}

const ASK_ADMIN: NextStep = {
  kind: 'ask-admin',
  said: said('win-mic-ask-admin'),
};
const OPEN: NextStep = {
  kind: 'open-settings',
  said: said('win-mic-look'),
};
const PLACES = Object.keys(MICROPHONE_VALUES) as readonly Place[];

function isDeny(value: RegistryValue): boolean {
  return value !== 'absent' && 'text' in value && value.text.trim().toLowerCase() === 'deny';
}

function isNumber(value: RegistryValue, number: number): boolean {
  return value !== 'absent' && 'number' in value && value.number === number;
}

function isUnread(value: RegistryValue): boolean {
  return value !== 'absent' && 'error' in value;
}

/** Something was read that this file does not know; it is not taken for a yes. */
function isStrange(place: Place, value: RegistryValue): boolean {
  if (value === 'absent' || 'error' in value) return false;
  if (place === 'policy') return !isNumber(value, 0) && !isNumber(value, 1);
  return !('text' in value) || value.text.trim().toLowerCase() !== 'allow';
}

function sourceOf(facts: MicrophoneFacts): string {
  return [
    `policy ${sayValue(facts.policy)}`,
    `ConsentStore HKLM ${sayValue(facts.machine)}`,
    `HKCU ${sayValue(facts.person)}`,
    `NonPackaged ${sayValue(facts.desktopApps)}`,
    ...(facts.electron === undefined ? [] : [`Electron ${facts.electron}`]),
    ...(facts.evidence === undefined ? [] : [`capture ${facts.evidence}`]),
  ].join(', ');
}
