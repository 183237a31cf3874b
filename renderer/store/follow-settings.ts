import type { StoreApi } from 'zustand/vanilla';
import type { Settings } from '../../contract/settings.ts';
import { language, speakAs } from '../words.ts';
import type { Face } from './face.ts';

/** What of a page follows the settings: the root element, for which stylesheets and screen readers look. */
export type PageRoot = { lang: string; readonly dataset: Record<string, string | undefined> };

/**
 * Speaks and looks as main says that it is set, and until main has answered as the system does; without main as it was last.
 * To be called before anything is drawn, so that words are there before they are shown. `hearSystem` calls back when the
 * system's languages change.
 */
export function followSettings(
  store: StoreApi<Face>,
  root: PageRoot,
  system: { readonly languages: readonly string[] },
  hearSystem: (changed: () => void) => void,
): void {
  let chosen: Pick<Settings, 'language' | 'theme'> = { language: 'system', theme: 'system' };

  function follow(): void {
    speakAs(chosen.language, system.languages);
    root.lang = language;
    root.dataset.theme = chosen.theme;
  }
  follow();
  store.subscribe(({ snapshot }) => {
    if (snapshot === null) return;
    chosen = snapshot.settings.chosen;
    follow();
  });
  hearSystem(() => {
    follow();
    // The same face in other words.
    store.setState((face) => ({ ...face }));
  });
}
