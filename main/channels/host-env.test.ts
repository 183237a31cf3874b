import { expect, test } from 'vitest';
import { childEnv } from './host-env.ts';

test('[P08] child processes see display and sound server, and no token or key', () => {
  const needed = {
    PATH: '/bin',
    HOME: '/home/a',
    DISPLAY: ':0',
    PULSE_SERVER: 'unix:/p',
    XDG_RUNTIME_DIR: '/run',
  };
  const secret = {
    TALLYLIGHT_TOKEN: 'st-1',
    VIDEO_DB_API_KEY: 'sk-1',
    AWS_SECRET_ACCESS_KEY: 'x',
    FFREPORT: '1',
  };
  expect(childEnv({ ...needed, ...secret, XAUTHORITY: undefined })).toEqual(needed);
});
