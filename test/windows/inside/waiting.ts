import { asked, tell } from './told.ts';

/** Waits until somebody ends it: reads nothing, writes to nobody, so that no broken pipe can be what ends it. */

const { name } = asked<{ readonly name: string }>();
tell({ what: 'waiting', name });
setInterval(() => undefined, 60_000);
