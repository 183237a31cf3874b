import { existsSync } from 'node:fs';
import { assertPlatform, assertReady, emitter } from './events.ts';
import { call, flag, type Kind, type Known, listOf, method, oneOf, shape, strict, text } from './strict.ts';
import {
  complain,
  type ItemDouble,
  type MenuDouble,
  type NoticeDouble,
  type TrayDouble,
  world,
} from './world.ts';

const item: Kind = shape({
  label: text,
  type: oneOf('separator'),
  role: oneOf('appMenu', 'editMenu', 'windowMenu'),
  enabled: flag,
  click: call,
} satisfies Known<Electron.MenuItemConstructorOptions>);

const menu: Kind = { fits: (value) => menus.has(value as object), says: 'a menu built from a template' };
const menus = new WeakSet<object>();

export const Menu = strict('Menu', {
  buildFromTemplate: method('Menu.buildFromTemplate', [listOf(item)], (items: readonly ItemDouble[]) => {
    const built = strict('Menu', { items } satisfies Known<Electron.Menu>);
    menus.add(built);
    return built;
  }),
  setApplicationMenu: method(
    'Menu.setApplicationMenu',
    [{ fits: (value) => value === null || menu.fits(value), says: 'a menu or null' }],
    (built: MenuDouble | null) => {
      world.menu = built;
    },
  ),
} satisfies Known<typeof Electron.Menu>);

/** Electron throws where the picture cannot be loaded. */
const picture: Kind = {
  fits: (value) => typeof value === 'string' && value.endsWith('.png') && existsSync(value),
  says: 'a PNG file that exists',
};

const titleOptions = shape({
  fontType: oneOf('monospacedDigit'),
} satisfies Known<Electron.TitleOptions>);

/** Called with `new`; what it returns stands for the tray. */
export function Tray(icon: string): object {
  assertReady('Tray');
  method('Tray', [picture])(icon);
  const state: TrayDouble = {
    key: `tray ${world.trays.length + 1}`,
    icon,
    tooltip: '',
    title: '',
    menu: { items: [] },
    opened: undefined,
  };
  world.trays.push(state);
  return strict('Tray', {
    ...emitter('Tray', state.key),
    setImage: method('Tray.setImage', [picture], (next: string) => {
      state.icon = next;
    }),
    setToolTip: method('Tray.setToolTip', [text], (next: string) => {
      state.tooltip = next;
    }),
    setTitle: method('Tray.setTitle', [text, titleOptions], (next: string) => {
      assertPlatform('Tray.setTitle', 'darwin');
      state.title = next;
    }),
    popUpContextMenu: method('Tray.popUpContextMenu', [menu], (next: MenuDouble) => {
      assertPlatform('Tray.popUpContextMenu', 'darwin', 'win32');
      state.opened = next;
    }),
    setContextMenu: method('Tray.setContextMenu', [menu], (next: MenuDouble) => {
      state.menu = next;
    }),
  } satisfies Known<Electron.Tray>);
}

const notification = shape({
  title: text,
  body: text,
  silent: flag,
} satisfies Known<Electron.NotificationConstructorOptions>);

/** Called with `new`; what it returns stands for the notification. */
export function Notification(given: { readonly title: string; readonly body: string }): object {
  assertReady('Notification');
  method('Notification', [notification])(given);
  const key = `notification ${world.notices.length + 1}`;
  const state: NoticeDouble = { key, title: given.title, body: given.body, isShown: false };
  world.notices.push(state);
  return strict('Notification', {
    ...emitter('Notification', key),
    show: method('Notification.show', [], () => {
      state.isShown = true;
    }),
  } satisfies Known<Electron.Notification>);
}
Notification.isSupported = method('Notification.isSupported', [], () => world.machine.notifies);

/** Chooses an item of a menu as a person does; one that is disabled cannot be chosen. */
export function choose(tray: TrayDouble, label: string): void {
  const found = (tray.opened ?? tray.menu).items.find((entry) => entry.label === label);
  if (found === undefined) complain(`the menu has no ${label}`);
  else if (found.enabled === false) complain(`${label} is disabled`);
  else found.click?.();
}
