import { homedir } from 'node:os';
import { REMEDIES } from '../../contract/errors.ts';
import { errorOf } from '../../contract/result.ts';
import description from '../../package.json' with { type: 'json' };
import type { Command } from './command.ts';
import { clientDir } from './data-dir.ts';
import { lookAround } from './doctor-look.ts';
import { NAMES_ARE_SHOWN } from './doctor-names.ts';
import { withoutHome } from './doctor-report.ts';
import { doctorText } from './doctor-text.ts';
import { printer } from './print.ts';

/** `--record` takes as long of each kind, in seconds, unless --duration says otherwise. */
const TRIAL_S = 10;

/** Says what this machine can capture and what hinders it; with --record, after consent, proves it. */
export const doctor: Command = {
  options: ['json', 'data', 'record', 'duration', 'yes'],
  run: async (values) => {
    const out = printer(values.json === true);
    const seconds = Number(values.duration ?? TRIAL_S);
    if (!(seconds >= 1 && seconds <= 60))
      return out.failed(errorOf('usage', '--duration takes 1 to 60 seconds'));
    if (values.record !== true && (values.duration ?? values.yes) !== undefined)
      return out.failed(errorOf('usage', '--duration and --yes belong to --record'));
    const look = await lookAround(process.env, values.data ?? clientDir(), description.version);
    const report = withoutHome(look.report, homedir());
    out.line(doctorText(report), report);
    out.note(NAMES_ARE_SHOWN);
    if (values.record === true) {
      const { recordTrial } = await import('./doctor-record.ts');
      return recordTrial(look, { seconds, isAgreed: values.yes === true, json: values.json === true }, out);
    }
    const [first] = report.problems;
    return first === undefined ? 0 : REMEDIES[first.code].exit;
  },
};
