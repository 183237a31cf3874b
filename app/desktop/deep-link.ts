import { connectCode } from '../../main/auth/connect-code.ts';
import { serviceAddress } from '../../main/delivery/address.ts';

export const LINK_SCHEME = 'tallylight';

/** What a link asks for. The code is a secret: it is shown to nobody and never logged. */
export type ConnectLink = {
  readonly code: string;
  /** The address of the backend that the link names, where it names one. */
  readonly backend: string | null;
};

/** Longer than any of ours; what is passed to an app as an argument has no limit of its own. */
const MOST_CHARACTERS = 2048;
const FORM = /^tallylight:\/\/connect\/?\?([A-Za-z0-9%._~=&-]+)$/;

/**
 * `tallylight://connect?code=…` with an optional `backend=…` (percent-encoded, https, or http on this machine). Anything else is
 * no link of ours: any page and any program can make the system open one.
 */
export function connectLinkOf(text: string): ConnectLink | undefined {
  const query = text.length > MOST_CHARACTERS ? undefined : FORM.exec(text)?.[1];
  if (query === undefined) return undefined;
  const given = [...new URLSearchParams(query)];
  const names = given.map(([name]) => name).sort();
  if (names.join() !== 'code' && names.join() !== 'backend,code') return undefined;
  const { code = '', backend } = Object.fromEntries(given);
  if (!connectCode.safeParse(code).success) return undefined;
  if (backend === undefined) return { code, backend: null };
  const address = serviceAddress(backend);
  return address.ok ? { code, backend: address.value } : undefined;
}

/** The link among the arguments that a second instance, or this one, was started with. More than one is none. */
export function linkAmong(argv: readonly string[]): string | undefined {
  const links = argv.filter((argument) => argument.toLowerCase().startsWith(`${LINK_SCHEME}:`));
  return links.length === 1 ? links[0] : undefined;
}
