import { z } from 'zod';
import { CHANNEL_KINDS } from '../../contract/channel.ts';
import { DEFAULT_POLICY, type Policy, policy } from '../../contract/policy.ts';
import type { Faults } from './parts/fields.ts';
import type { NewPolicy } from './policy-words.ts';

/** The fields of the form as they are written; what they mean is the policy of the contract. */
export type PolicyFields = { readonly [name: string]: string };

const lines = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

const amount = z
  .string()
  .trim()
  .transform((text) => (text === '' ? null : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN));

export function fieldsOf(policy: Policy): PolicyFields {
  return {
    mic: policy.channels.mic,
    system_audio: policy.channels.system_audio,
    display: policy.channels.display,
    organisation: policy.organisation,
    purpose: policy.purpose,
    recipients: policy.recipients.join('\n'),
    retentionDays: policy.retentionDays === null ? '' : String(policy.retentionDays),
    maxSessionMinutes: policy.maxSessionMinutes === null ? '' : String(policy.maxSessionMinutes),
    localCopy: policy.localCopy,
    pauseOnLock: policy.pauseOnLock === true ? 'yes' : 'no',
    tokenMaxSeconds: String(policy.tokenMaxSeconds),
    bearerClients: policy.bearerClients ? 'yes' : 'no',
  };
}

const NAMES = Object.keys(fieldsOf(DEFAULT_POLICY));

/** What of a form that was sent belongs to a policy. */
export function sentFields(form: URLSearchParams): PolicyFields {
  return Object.fromEntries(NAMES.map((name) => [name, form.get(name) ?? '']));
}

const WORDS: { readonly [field: string]: string } = {
  mic: 'Choose a rule for microphones.',
  system_audio: 'Choose a rule for system audio.',
  display: 'Choose a rule for displays.',
  organisation: 'Say the name of the organisation, in 200 letters at most.',
  purpose: 'Say the purpose, in 500 letters at most. The person reads it before agreeing.',
  recipients: 'Name at least one recipient, one a line, each in 200 letters at most.',
  retentionDays: 'Days are a whole number from 1 to 36500, or nothing for no end.',
  maxSessionMinutes: 'Minutes are a whole number from 1 to 525600, or nothing for no end.',
  localCopy: 'Choose what happens to the copy on the device.',
  tokenMaxSeconds: 'A token lives from 60 to 900 seconds.',
};

/** The policy that was written, or what is wrong with it. */
export function policyIn(fields: PolicyFields): { readonly policy: NewPolicy } | { readonly faults: Faults } {
  const rules = CHANNEL_KINDS.map((kind) => [kind, fields[kind]] as const);
  const wanted = {
    organisation: fields.organisation?.trim(),
    channels: Object.fromEntries(rules),
    purpose: fields.purpose?.trim(),
    retentionDays: amount.parse(fields.retentionDays),
    maxSessionMinutes: amount.parse(fields.maxSessionMinutes),
    recipients: lines(fields.recipients ?? ''),
    localCopy: fields.localCopy,
    ...(fields.pauseOnLock === 'yes' ? { pauseOnLock: true } : {}),
    tokenMaxSeconds: amount.parse(fields.tokenMaxSeconds),
    bearerClients: fields.bearerClients === 'yes',
  };
  const read = policy.omit({ version: true }).safeParse(wanted);
  if (read.success) return { policy: read.data };
  const faults: { [field: string]: string } = {};
  for (const { path } of read.error.issues) {
    const name = String(path[0] === 'channels' ? (path[1] ?? 'mic') : path[0]);
    faults[name] = WORDS[name] ?? 'This is not of the form that is expected.';
  }
  return { faults };
}
