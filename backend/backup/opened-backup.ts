import { createPrivateKey } from 'node:crypto';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import { type KeyOwner, ownerContext, secretContext } from '../secrets/keyring.ts';
import type { Master } from '../secrets/master.ts';
import { type Signer, signerWith } from '../secrets/signer.ts';
import { readChecked } from './checked-file.ts';
import { type BackupFolder, checkedHead } from './folder.ts';
import { PEOPLE_FILE, type People, people, SERVICE_FILE, serviceSecrets } from './keys.ts';

/** A folder of backups with what opens it. */
export type OpenedBackup = {
  readonly folder: BackupFolder;
  /** Thumbprint of the key that the service signs with. */
  readonly service: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly people: People;
  readonly signer: Signer;
  /** Opens a wrapped key; undefined: it is not one of this master key. */
  readonly unwrap: (of: KeyOwner, wrapped: string) => Uint8Array | undefined;
};

type Unopened = {
  readonly head: { readonly service: string };
  readonly service: z.infer<typeof serviceSecrets>;
  readonly known: People;
};

/** What a folder holds once, held against its sums; that takes no key. Errors: `backup-none`, `backup-damaged`. */
export async function readOnce(folder: BackupFolder): Promise<Result<Unopened>> {
  const head = await checkedHead(folder);
  if (!head.ok) return head;
  const service = await readChecked(folder.keysPath(SERVICE_FILE), serviceSecrets);
  if (service === 'damaged') return fail('backup-damaged', `keys/${SERVICE_FILE}`);
  if (service === undefined) return fail('backup-none', folder.path);
  const known = await readChecked(folder.keysPath(PEOPLE_FILE), people);
  if (known === undefined || known === 'damaged') return fail('backup-damaged', `keys/${PEOPLE_FILE}`);
  return ok({ head: head.value, service, known });
}

/** Opens a folder with the master key of its service. Errors: `backup-none`, `backup-damaged`, `backup-key`. */
export async function openBackup(folder: BackupFolder, master: Master): Promise<Result<OpenedBackup>> {
  const once = await readOnce(folder);
  if (!once.ok) return once;
  const { head, service, known } = once.value;
  if (service.master !== master.fingerprint) return fail('backup-key');
  const unwrap = (context: string, wrapped: string) => {
    try {
      return master.unwrap(context, wrapped);
    } catch {
      return undefined;
    }
  };
  const signing = unwrap(secretContext('signing'), service.secrets.signing ?? '');
  if (signing === undefined) return fail('backup-damaged', `keys/${SERVICE_FILE}`);
  const signer = await signerWith(createPrivateKey({ key: signing, format: 'der', type: 'pkcs8' }));
  if (signer.kid !== head.service) return fail('backup-damaged', 'tallylight-backup.json');
  return ok({
    folder,
    service: head.service,
    secrets: service.secrets,
    people: known,
    signer,
    unwrap: (of, wrapped) => unwrap(ownerContext(of), wrapped),
  });
}
