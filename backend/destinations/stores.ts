import type { CredentialsOf, DestinationKind, DestinationPlace } from './destination.ts';
import type { Bounds, OpenStore, Store } from './store.ts';

/** Each client is loaded only where it is used: they are large. */
const STORES: { readonly [Kind in DestinationKind]: () => Promise<OpenStore<Kind>> } = {
  s3: async () => (await import('./s3.ts')).openS3,
  azure: async () => (await import('./azure.ts')).openAzure,
  gcs: async () => (await import('./gcs.ts')).openGcs,
  ftp: async () => (await import('./ftp.ts')).openFtp,
  sftp: async () => (await import('./sftp.ts')).openSftp,
};

export async function openStore(
  place: DestinationPlace,
  credentials: CredentialsOf<DestinationKind>,
  bounds: Bounds,
): Promise<Store> {
  // A place and its credentials are of one kind, which a table by kind cannot say to the compiler.
  const open = (await STORES[place.kind]()) as unknown as OpenStore<DestinationKind>;
  return open(place, credentials, bounds);
}
