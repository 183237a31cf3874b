import { app } from 'electron/main';
import { LINK_SCHEME, linkAmong } from './deep-link.ts';
import type { Parts } from './parts.ts';

export type Links = {
  /** Is called with each link from now on, and with the last of those that came before. */
  readonly handle: (take: (link: string) => void) => void;
};

/**
 * Hears of links that the system opens with this app: macOS by an event, which may come before `ready`; Windows and Linux
 * among the arguments of this process or of a second one. Links are taken as text here and not read.
 */
export function listenForLinks({ argv, platform }: Pick<Parts, 'argv' | 'platform'>): Links {
  let waiting = platform === 'darwin' ? undefined : linkAmong(argv);
  let take: ((link: string) => void) | undefined;
  function came(link: string | undefined): void {
    if (link === undefined) return;
    if (take === undefined) waiting = link;
    else take(link);
  }
  app.on('open-url', (event, url) => {
    event.preventDefault();
    came(url);
  });
  app.on('second-instance', (_event, theirs) => came(linkAmong(theirs)));
  // macOS and Linux know it from the package (`protocols` in electron-builder.yml).
  if (platform === 'win32' && app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  return {
    handle: (taker) => {
      take = taker;
      came(waiting);
      waiting = undefined;
    },
  };
}
