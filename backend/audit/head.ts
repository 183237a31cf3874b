import { z } from 'zod';
import { type AuditHead, auditHead } from '../../contract/audit.ts';
import type { Signer } from '../secrets/signer.ts';

/** Header `typ` of the head of a log as the service signs it. */
const HEAD_TYP = 'tallylight-audit-head+jwt';

/** Where the log of a tenant ended at a time, in Unix seconds. */
const headClaims = auditHead.extend({ tenant: z.string(), iat: z.int() });

export type SignedHead = z.infer<typeof headClaims> & { readonly jws: string };

export async function signedHead(
  signer: Signer,
  tenant: string,
  { sequence, hash }: AuditHead,
  nowMs: number,
): Promise<SignedHead> {
  const claims = { tenant, sequence, hash, iat: Math.floor(nowMs / 1000) };
  return { ...claims, jws: await signer.sign(HEAD_TYP, claims) };
}

/** Undefined where this service did not sign it. */
export async function verifiedHead(signer: Signer, jws: string): Promise<SignedHead | undefined> {
  const read = headClaims.safeParse(await signer.verify(HEAD_TYP, jws));
  return read.success ? { ...read.data, jws } : undefined;
}
