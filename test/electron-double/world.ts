export type Listener = (...given: unknown[]) => unknown;

export type WindowDouble = {
  readonly key: string;
  readonly contents: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly mainFrame: object;
  webContents: object;
  /** Of the page that is loaded. */
  origin: string;
  readonly sent: { readonly channel: string; readonly value: unknown }[];
  /** With ports, by `postMessage`. */
  readonly posted: { readonly channel: string; readonly ports: readonly unknown[] }[];
  openHandler: (() => unknown) | undefined;
  title: string;
  /** In DIPs. */
  bounds: Point & { readonly width: number; readonly height: number };
  /** The level at which it stays above others, where it does. */
  above: string | undefined;
  /** How it is shown on every workspace, where it is. */
  everywhere: unknown;
  /** Whether it was asked to be kept out of captures. */
  isProtected: boolean;
  visible: boolean;
  focused: boolean;
  minimized: boolean;
  destroyed: boolean;
};

export type ItemDouble = {
  readonly label?: string;
  readonly type?: 'separator';
  readonly role?: string;
  readonly enabled?: boolean;
  readonly click?: () => void;
};
export type MenuDouble = { readonly items: readonly ItemDouble[] };
/** One end of a message channel in the main process, and what was sent from it. */
export type PortDouble = {
  readonly key: string;
  readonly sent: unknown[];
  isStarted: boolean;
  isClosed: boolean;
};

export type TrayDouble = {
  readonly key: string;
  icon: string;
  tooltip: string;
  /** macOS only, beside the icon. */
  title: string;
  menu: MenuDouble;
  /** The menu that was popped up last, where one was. */
  opened: MenuDouble | undefined;
};

type Point = { readonly x: number; readonly y: number };

/** A display; the first of a machine is the primary one. */
export type DisplayDouble = {
  readonly id: number;
  readonly label: string;
  /** In DIPs. */
  readonly bounds: Point & { readonly width: number; readonly height: number };
  /** Without the bars of the system, in DIPs; all of it where it is left out. */
  readonly workArea?: DisplayDouble['bounds'];
  readonly scaleFactor: number;
  /** Where it begins in physical pixels of the whole desktop. */
  readonly origin: Point;
};

/** What a test decides about the machine that the double stands on. */
export type Machine = {
  readonly platform: NodeJS.Platform;
  /** Whether this process is the first instance. */
  readonly first: boolean;
  readonly packaged: boolean;
  readonly userData: string;
  readonly encryption: boolean;
  readonly backend: string;
  /** What `getMediaAccessStatus` answers. */
  readonly access: Readonly<Record<'microphone' | 'screen', string>>;
  /** What the person answers when macOS asks, by the types that this Electron knows. */
  readonly answers: Readonly<Record<string, boolean>>;
  readonly displays: readonly DisplayDouble[];
  /** Where the pointer is, in DIPs. */
  readonly cursor: Point;
  /** BCP 47, the most wanted first. */
  readonly languages: readonly string[];
  readonly dark: boolean;
  /** On Windows the theme of the taskbar, which may be another than that of apps. */
  readonly darkTaskbar: boolean;
  /** A link that macOS tells of while the app is still starting. */
  readonly linkBeforeReady: string | undefined;
  /** Whether the system started this process with the session of the person (macOS). */
  readonly atLogin: boolean;
  readonly allowsLogin: boolean;
  /** Keys that another program has. */
  readonly takenKeys: readonly string[];
  readonly notifies: boolean;
};

/** All that the double remembers: which calls came, what was opened and who listens. */
export type World = {
  machine: Machine;
  readonly ready: PromiseWithResolvers<void>;
  isReady: boolean;
  exitCode: number | undefined;
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[];
  readonly complaints: string[];
  readonly listeners: Map<string, Listener[]>;
  readonly privileged: Map<string, unknown>;
  readonly schemes: Map<string, (request: Request) => Promise<Response>>;
  readonly ipcHandlers: Map<string, Listener>;
  readonly sessionHandlers: Map<string, Listener>;
  readonly windows: WindowDouble[];
  /** The main process's end of each channel that it made. */
  readonly ports: PortDouble[];
  /** What a page does when main runs a script in it. */
  runScript: (code: string) => Promise<unknown>;
  readonly trays: TrayDouble[];
  readonly blockers: Map<number, string>;
  menu: MenuDouble | null | undefined;
  readonly boxes: BoxDouble[];
  readonly notices: NoticeDouble[];
  readonly keys: Map<string, () => void>;
  opensAtLogin: boolean;
  /** What the person answers to a box: nothing, until a test says it. */
  answer: (box: BoxDouble) => number | Promise<number>;
};

export type NoticeDouble = {
  readonly key: string;
  readonly title: string;
  readonly body: string;
  isShown: boolean;
};

export type BoxDouble = {
  readonly type: string;
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  readonly defaultId: number;
  readonly cancelId: number;
};

const USUAL: Machine = {
  platform: 'linux',
  first: true,
  packaged: true,
  userData: '/home/person/.config/tallylight',
  encryption: true,
  backend: 'gnome_libsecret',
  access: { microphone: 'granted', screen: 'granted' },
  answers: { microphone: true, camera: true },
  displays: [
    {
      id: 1,
      label: 'Display',
      bounds: { x: 0, y: 0, width: 1920, height: 1080 },
      scaleFactor: 1,
      origin: { x: 0, y: 0 },
    },
  ],
  cursor: { x: 0, y: 0 },
  languages: ['en-GB'],
  dark: false,
  darkTaskbar: false,
  linkBeforeReady: undefined,
  atLogin: false,
  allowsLogin: true,
  takenKeys: [],
  notifies: true,
};

export let world = makeWorld({});

export function freshWorld(machine: Partial<Machine> = {}): World {
  world = makeWorld(machine);
  return world;
}

function makeWorld(machine: Partial<Machine>): World {
  return {
    machine: { ...USUAL, ...machine },
    ready: Promise.withResolvers(),
    isReady: false,
    exitCode: undefined,
    calls: [],
    complaints: [],
    listeners: new Map(),
    privileged: new Map(),
    schemes: new Map(),
    ipcHandlers: new Map(),
    sessionHandlers: new Map(),
    windows: [],
    ports: [],
    runScript: async () => undefined,
    trays: [],
    blockers: new Map(),
    menu: undefined,
    boxes: [],
    notices: [],
    keys: new Map(),
    opensAtLogin: false,
    answer: ({ cancelId }) => cancelId,
  };
}

/** Throws, and remembers it for the end of the test, because the code under test may catch it. */
export function complain(message: string): never {
  world.complaints.push(message);
  throw new Error(message);
}

export function record(name: string, args: readonly unknown[]): void {
  world.calls.push({ name, args });
}

export function callsOf(name: string): (readonly unknown[])[] {
  return world.calls.filter((call) => call.name === name).map((call) => call.args);
}

/** The app's own window, which is opened first. */
export function appWindow({ windows }: World): WindowDouble {
  const [first] = windows;
  if (first === undefined) throw new Error('the window is not open yet');
  return first;
}

/** The small light, while it is there. */
export function overlayOf({ windows }: World): WindowDouble | undefined {
  return windows.find(({ options, destroyed }) => options.height === 40 && !destroyed);
}

export function only<T>(things: readonly T[]): T {
  const [thing] = things;
  if (things.length !== 1 || thing === undefined) throw new Error(`there are ${things.length}, not one`);
  return thing;
}
