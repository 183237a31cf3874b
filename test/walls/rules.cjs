// Which room may import which: the table of docs/architecture.md as rules for dependency-cruiser. `tsc --build` with
// one tsconfig a room guards the other side: what a file may know of Node, the DOM and Electron.
const ROOMS = {
  contract: [],
  'native-permissions': ['contract'],
  main: ['contract', 'native-permissions'],
  renderer: ['contract'],
  backend: ['contract'],
  'app/desktop': ['contract', 'native-permissions', 'main'],
  'app/browser': ['contract', 'native-permissions', 'main'],
  // The command line also serves the media service; nothing else of app/ or main/ may know it.
  'app/cli': ['contract', 'native-permissions', 'main', 'backend'],
  'app/recorder': ['contract', 'native-permissions', 'main'],
  // A stage stands for a machine: it knows nothing of what is recorded on it.
  'app/launch/stage': [],
  'app/launch': ['contract', 'main', 'app/cli', 'app/desktop', 'app/launch/stage'],
  build: [],
  // What an integrator copies must stand by itself.
  examples: [],
};

const TESTS = '\\.test\\.tsx?$';

const walls = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `wall-${room.replaceAll('/', '-')}`,
  comment: `${room}/ may import ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}. Move what both need to contract/, or pass it in.`,
  severity: 'error',
  from: {
    path: `^${room}/`,
    // A room inside a room has a rule of its own; tests may lean on what crosses rooms.
    pathNot: [
      ...Object.keys(ROOMS)
        .filter((other) => other.startsWith(`${room}/`))
        .map((other) => `^${other}/`),
      ...(room === 'examples' ? [TESTS] : []),
    ],
  },
  to: {
    path: '^(contract|native-permissions|main|renderer|backend|app|build|examples|bench|test)/',
    pathNot: [room, ...allowed].map((other) => `^${other}/`),
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...walls,
    {
      name: 'no-cycles',
      comment: 'A cycle means that two files are one. Pull what both need into a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'electron-only-in-desktop',
      comment:
        'Only app/desktop knows Electron, and only as electron/main or electron/renderer, which says the process.',
      severity: 'error',
      from: { pathNot: '^(app/desktop|test/electron-double)/' },
      to: { path: '(^|node_modules/)electron(/|$)' },
    },
    {
      name: 'no-bare-electron',
      comment: 'Import electron/main or electron/renderer: it says which process the file belongs to.',
      severity: 'error',
      from: {},
      to: { path: '(^|/)node_modules/electron/|^electron$' },
    },
    {
      name: 'no-node-in-the-face',
      comment: 'contract/ and renderer/ run in a browser too: no Node modules there.',
      severity: 'error',
      from: {
        path: '^(contract|renderer)/',
        pathNot: [TESTS, '^renderer/vite\\.config\\.ts$', '^renderer/journey/', '^renderer/.*/?trial/'],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-development-packages-in-the-product',
      comment: 'What ships must be under dependencies in package.json.',
      severity: 'error',
      from: {
        path: '^(contract|native-permissions|main|backend|app/(cli|browser))/',
        pathNot: [TESTS, '/trial/', 'test-'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|artifacts|\\.tsbuild)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json'] },
  },
};
