import { BACKUP_REMEDIES } from './remedies/backup.ts';
import { CAPTURE_REMEDIES } from './remedies/capture.ts';
import { DESTINATION_REMEDIES } from './remedies/destinations.ts';
import type { Remedy } from './remedies/remedy.ts';
import { SERVICE_REMEDIES } from './remedies/service.ts';
import { SETTINGS_REMEDIES } from './remedies/settings.ts';
import { VAULT_REMEDIES } from './remedies/vault.ts';

const remedies = {
  ...BACKUP_REMEDIES,
  ...CAPTURE_REMEDIES,
  ...SERVICE_REMEDIES,
  ...DESTINATION_REMEDIES,
  ...SETTINGS_REMEDIES,
  ...VAULT_REMEDIES,
} as const;

export type ErrorCode = keyof typeof remedies;

/** Every error code with its remedy: the one list that bridge, HTTP and command line share. */
export const REMEDIES: Readonly<Record<ErrorCode, Remedy>> = remedies;

export const ERROR_CODES = Object.keys(remedies) as [ErrorCode, ...ErrorCode[]];
