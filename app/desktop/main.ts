import { join } from 'node:path';
import { secretForCode } from '../../main/auth/connect-code.ts';
import { yourBackend } from '../../main/auth/your-backend.ts';
import { openCapture } from '../../main/capture.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import { start } from './start.ts';

// Nothing here may await `ready`: Electron emits it only after an ES module entry has run to its end.
start({
  openCapture,
  keyFileSecrets,
  yourBackend,
  secretForCode,
  distDir: join(import.meta.dirname, '..'),
  platform: process.platform,
  argv: process.argv,
  env: process.env,
});
