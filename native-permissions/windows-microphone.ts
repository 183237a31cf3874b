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
  const say = (state: Permission['state'], sentence: string, nextStep: NextStep | null): Permission => ({
    kind: 'microphone',
    state,
    source,
    sentence,
    nextStep,
  });

  if (isNumber(facts.policy, 2) || facts.electron === 'restricted')
    return say('restricted', 'Your organisation does not allow the microphone on this device.', ASK_ADMIN);
  if (isDeny(facts.policy) || isDeny(facts.machine))
    return say('denied', 'The microphone is switched off for this device.', {
      kind: 'open-settings',
      sentence:
        'Switch on "Microphone access" under Privacy & security, Microphone; it may need an administrator.',
    });
  if (isDeny(facts.person))
    return say('denied', 'Windows does not let apps use the microphone.', {
      kind: 'open-settings',
      sentence: 'Switch on "Let apps access your microphone" under Privacy & security, Microphone.',
    });
  if (isDeny(facts.desktopApps))
    return say('denied', 'Windows does not let desktop apps use the microphone.', {
      kind: 'open-settings',
      sentence: 'Switch on "Let desktop apps access your microphone" under Privacy & security, Microphone.',
    });
  if (facts.electron === 'denied')
    return say('denied', 'Windows does not let Tallylight use the microphone.', OPEN);

  const heard = facts.evidence === 'content';
  if (heard && !PLACES.some((place) => isStrange(place, facts[place])))
    return say('granted', 'The microphone was heard.', null);
  if (PLACES.some((place) => isUnread(facts[place]) || isStrange(place, facts[place])))
    return say('unknown', 'Whether Windows allows the microphone could not be read.', OPEN);
  if (facts.electron !== undefined && facts.electron !== 'granted')
    return say('unknown', 'Windows does not say whether Tallylight may use the microphone.', OPEN);
  if (facts.evidence !== undefined)
    return say(
      'unknown',
      facts.evidence === 'empty'
        ? 'Windows allows the microphone, but it gave nothing but digital silence.'
        : 'Windows allows the microphone, but nothing came from it.',
      { kind: 'open-settings', sentence: 'See whether it is muted, and which programs may use it.' },
    );
  return say('granted', 'Windows lets desktop apps use the microphone.', null);
}

const ASK_ADMIN: NextStep = {
  kind: 'ask-admin',
  sentence: 'Ask your admin to allow the microphone for apps (LetAppsAccessMicrophone).',
};
const OPEN: NextStep = {
  kind: 'open-settings',
  sentence: 'Look under Privacy & security, Microphone, and let desktop apps use it.',
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
