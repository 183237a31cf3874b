import { serve } from '../main.ts';

// One instance of the service as a process: started by its variables as the command line starts it, and told where it is.
const started = await serve({ dataDir: process.env.TRIAL_DATA ?? '', port: 0 });
process.stdout.write(
  `${JSON.stringify(started.ok ? { url: started.value.url } : { error: started.error })}\n`,
);
if (started.ok) process.once('SIGTERM', () => void started.value.close());
