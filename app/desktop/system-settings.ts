import { shell } from 'electron/common';
import { desktopCapturer, systemPreferences } from 'electron/main';
import type { SystemSettings } from '../../native-permissions/permission.ts';
import { isSettingsPage } from '../../native-permissions/settings-pages.ts';

/** What the system says of capturing, by Electron. Whatever Electron throws or rejects with is passed on. */
export function systemSettings(platform: 'darwin' | 'win32'): SystemSettings {
  return {
    mediaAccess: (kind) => systemPreferences.getMediaAccessStatus(kind),
    askForMedia: async (kind) => {
      assertAsks(platform);
      return asking.askForMediaAccess(kind);
    },
    touchScreen: async () => {
      assertAsks(platform);
      await desktopCapturer.getSources({ types: ['screen'], thumbnailSize: { width: 1, height: 1 } });
    },
    openUrl: async (url) => {
      if (!isSettingsPage(platform, url)) throw new Error(`not a settings page of ${platform}: ${url}`);
      await shell.openExternal(url);
    },
  };
}

/** Electron rejects a type that it does not know, as 45.4.1 does `system-audio`; whether it knows it shows in asking. */
const asking: { askForMediaAccess(type: string): Promise<boolean> } = systemPreferences;

function assertAsks(platform: 'darwin' | 'win32'): void {
  if (platform !== 'darwin') throw new Error(`${platform} asks nobody`);
}
