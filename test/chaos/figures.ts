import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Played } from './play.ts';
import { FAULT_KINDS } from './schedule.ts';

/** The figures of docs/reliability.md from the results of runs: `node test/chaos/figures.ts [FILE]`. */
const file = process.argv[2] ?? join(import.meta.dirname, '..', '..', 'artifacts', 'chaos', 'results.jsonl');
const played = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Played);
const say = (line: string) => process.stdout.write(`${line}\n`);

const failed = played.filter(({ passed }) => !passed);
const sum = (of: keyof NonNullable<Played['counts']>) =>
  played.reduce((total, { counts }) => total + (counts?.[of] ?? 0), 0);
say(
  `${played.length} schedules, ${failed.length} failed: ${failed.map(({ seed }) => seed).join(', ') || 'none'}`,
);
say(
  `${sum('sessions')} recordings, ${sum('taken')} fragments captured, ${sum('kept')} kept, ${sum('acknowledged')} acknowledged, ${sum('atService')} at the service, ${sum('videos')} videos, ${sum('passedOn')} passed on live only`,
);
say(`${sum('goneOn')} times a recording went on after a crash`);
say(`${sum('searchedFor')} pieces of live-only media searched for on every disk`);
say('\n| fault | times |\n|---|---|');
for (const kind of FAULT_KINDS)
  say(`| ${kind} | ${played.flatMap(({ faults }) => faults).filter((one) => one === kind).length} |`);
say('\n| seconds lost per channel and crash | crashes × channels | median | worst |\n|---|---|---|---|');
const losses = played.flatMap((one) => one.losses);
for (const [name, isDisturbed] of [
  ['nothing else was wrong', false],
  ['another fault within 2.5 s before', true],
] as const) {
  const seconds = losses
    .filter((loss) => loss.isDisturbed === isDisturbed)
    .map((loss) => loss.seconds)
    .sort((a, b) => a - b);
  const at = (index: number) => seconds[index]?.toFixed(2) ?? '–';
  say(`| ${name} | ${seconds.length} | ${at(Math.floor(seconds.length / 2))} | ${at(seconds.length - 1)} |`);
}
