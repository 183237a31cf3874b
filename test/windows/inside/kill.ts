import { asked, tell } from './told.ts';

/** Ends another process as a task manager does: TerminateProcess, without a word to it. */

const { pid } = asked<{ readonly pid: number }>();
process.kill(pid, 'SIGKILL');
tell({ what: 'killed', pid });
