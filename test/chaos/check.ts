import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { containsBytes } from '../instruments/bytes.ts';
import { brokenAt } from './audit-chain.ts';
import type { LoggedFragment } from './client.ts';
import type { House } from './house.ts';
import { decodes, type Held, heldOf } from './service-holds.ts';
import { type Piece, type ReadVault, readVault, sessionsIn } from './vault-page.ts';

/** What was captured, what each side holds, and what is not as it should be. */
export type Verdict = {
  readonly violations: readonly string[];
  readonly counts: {
    sessions: number;
    taken: number;
    kept: number;
    passedOn: number;
    acknowledged: number;
    inVaults: number;
    atService: number;
    videos: number;
    unfinished: number;
    /** How often a session went on after a crash. */
    goneOn: number;
    /** Pieces of live-only media that every disk was searched for. */
    searchedFor: number;
  };
};

type LogLine = Record<string, unknown> & { readonly event?: { readonly type?: string } };
type Key = Pick<Piece, 'channelId' | 'take' | 'sequence'>;
const keyOf = ({ channelId, take, sequence }: Key) => `${channelId} take ${take} fragment ${sequence}`;
const hashes = (pieces: readonly Piece[]) => new Map(pieces.map((piece) => [keyOf(piece), piece.sha256]));

/** Shares no line with the vault and the store of the product. Everything is mended, and the service runs. */
export async function check(house: House): Promise<Verdict> {
  const violations: string[] = [];
  const counts: Verdict['counts'] = {
    ...{ sessions: 0, taken: 0, kept: 0, passedOn: 0, acknowledged: 0, inVaults: 0, atService: 0, videos: 0 },
    ...{ unfinished: 0, goneOn: 0, searchedFor: 0 },
  };
  const inVault = new Set(sessionsIn(house.clientDir));
  const liveStreams: string[] = [];
  for (const [sessionId, recorders] of Map.groupBy(house.recorders, (recorder) => recorder.sessionId)) {
    // More than one where it went on after a crash.
    const log = recorders.flatMap((recorder) => recorder.fragments());
    const held = await heldOf(house.api, sessionId, house.folder);
    counts.sessions += 1;
    liveStreams.push(...held.liveStreams);
    counts.passedOn += log.filter(({ step }) => step === 'passed-on').length;
    counts.taken += log.filter(({ step }) => step === 'taken').length;
    counts.atService += held.pieces.length;
    counts.videos += held.videos;
    const say = (what: string) => violations.push(`${sessionId}: ${what}`);
    for (const what of held.ephemeral) say(`the service kept of a live-only channel: ${what}`);
    for (const what of held.wrong) say(what);
    const kept = log.filter(({ step }) => step === 'kept');
    counts.kept += kept.length;
    if (!inVault.has(sessionId)) {
      if (kept.length > 0) say(`${kept.length} fragments were kept, and there is no such recording`);
      continue;
    }
    let vault: ReadVault;
    try {
      vault = readVault(house.clientDir, sessionId);
    } catch (error) {
      say(`unrecoverable: ${String(error)}`);
      continue;
    }
    counts.inVaults += vault.pieces.length;
    counts.acknowledged += vault.receipts.length;
    if (!vault.facts.delivered) counts.unfinished += 1;
    compare(vault, held, kept, say);
    await playable(house, vault, say);
  }
  violations.push(...(await auditFaults(house)));
  counts.goneOn = clientLog(house).filter(({ event }) => event?.type === 'session.resumed').length;
  // What a killed one was writing, the next start takes away; and what still writes makes files and takes them away again.
  await house.service.stop();
  await house.service.start();
  await house.service.stop();
  const needles = house.ear.heard().flatMap(slices).slice(0, 200);
  counts.searchedFor = needles.length;
  if (needles.length === 0 && counts.passedOn > ENOUGH_PASSED_ON)
    violations.push('nothing that was passed on was heard, so that nothing could be looked for');
  const dirs = [house.clientDir, house.serviceDir, house.tempDir];
  violations.push(...(await ephemeralTraces(dirs, needles, liveStreams)));
  for (const dir of [house.clientDir, house.serviceDir])
    violations.push(...unfinishedFiles(dir).map((name) => `an unfinished file is left: ${name}`));
  return { violations, counts };
}

/** So many fragments cannot all have been passed on while nobody could listen. */
const ENOUGH_PASSED_ON = 50;

/** Holds the two sides and the recorder's log of one session against each other. */
export function compare(
  vault: ReadVault,
  held: Held,
  kept: readonly LoggedFragment[],
  say: (what: string) => void,
): void {
  const [here, there] = [hashes(vault.pieces), hashes(held.pieces)];
  for (const what of vault.damage) say(`the vault is damaged: ${what}`);
  for (const receipt of vault.receipts) {
    const key = keyOf(receipt);
    if (!there.has(key)) say(`acknowledged and missing at the service: ${key}`);
  }
  for (const fragment of kept) {
    const key = keyOf(fragment);
    const found = here.get(key) ?? there.get(key);
    if (found === undefined) say(`kept and on neither side: ${key}`);
    else if (found !== fragment.sha256) say(`kept, and other bytes than were captured: ${key}`);
  }
  for (const [key, sha256] of there)
    if (here.get(key) !== sha256) say(`the service accepted what was never recorded: ${key}`);
  const missing = [...here.keys()].filter((key) => !there.has(key)).length;
  if (!vault.facts.delivered)
    say(
      `not delivered after everything was mended: the service is ${held.status}, ${missing} fragments missing`,
    );
  else if (missing > 0 && (vault.facts.cut ?? []).length === 0)
    say(`${missing} fragments are missing of a recording that counts as delivered`);
  else if (held.status !== 'stopped') say(`delivered, and the service says ${held.status}`);
  for (const { id, mode } of vault.facts.channels) {
    const name = id.replace(':', '@');
    const own = vault.files.filter((file) => file.startsWith(`${name}.`));
    if (mode !== 'keep' && own.length > 0) say(`the client kept of a live-only channel: ${own.join(', ')}`);
  }
}

/** Of each take that has more than its beginning: what anybody can make of the vault without the service. */
async function playable(house: House, vault: ReadVault, say: (what: string) => void): Promise<void> {
  for (const [name, media] of vault.takes) {
    if (!media.includes('moof')) continue;
    const path = join(house.folder, `${vault.sessionId}-${name}.mp4`);
    writeFileSync(path, media);
    const complaint = await decodes(path);
    if (complaint !== undefined) say(`${name} in the vault does not decode: ${complaint}`);
  }
}

/** Files in which such media lie, and those that are named by such a stream. */
export async function ephemeralTraces(
  dirs: readonly string[],
  needles: readonly Buffer[],
  liveStreams: readonly string[],
): Promise<string[]> {
  const found = needles.length === 0 ? [] : await containsBytes([...dirs], [...needles]);
  const named = dirs.flatMap(filesBelow).filter((path) => liveStreams.some((id) => path.includes(id)));
  return [
    ...[...new Set(found.map(({ path }) => path))].map(
      (path) => `media of a live-only channel lies in ${path}`,
    ),
    ...named.map((path) => `a file of a live-only stream lies at ${path}`),
  ];
}

/** Pieces of a fragment's media, long and rare enough to be found by. */
export function slices(fragment: Buffer): Buffer[] {
  const media = fragment.indexOf('mdat') + 4;
  const body = fragment.subarray(media);
  if (media < 4 || body.length < 200) return [];
  return [body.subarray(20, 68), body.subarray(body.length - 60, body.length - 12)].filter(
    (slice) => new Set(slice).size > 16,
  );
}

function clientLog({ clientDir }: Pick<House, 'clientDir'>): LogLine[] {
  const lines = readFileSync(join(clientDir, 'audit.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LogLine);
}

async function auditFaults({ tallylight, clientDir, serviceDir, api }: House): Promise<string[]> {
  const faults: string[] = [];
  const verifying = [
    ['client', 'audit', 'verify', '--data', clientDir],
    ['service', 'backend', 'audit', 'verify', '--data', serviceDir],
  ] as const;
  await Promise.all(
    verifying.map(async ([side, ...args]) => {
      const { code, said } = await tallylight(...args);
      if (code !== 0) faults.push(`the audit log of the ${side} does not verify: ${said.trim()}`);
    }),
  );
  const broken = brokenAt(clientLog({ clientDir }));
  if (broken !== undefined) faults.push(`the audit log of the client: ${broken}`);
  const entries: Record<string, unknown>[] = [];
  for (let after: unknown = 0; after !== null; ) {
    const page = await api.data('GET', `/audit?limit=1000&after=${after}`);
    entries.push(...(page.entries as Record<string, unknown>[]));
    after = page.next_after;
  }
  const brokenThere = brokenAt(entries);
  if (brokenThere !== undefined) faults.push(`the audit log of the service: ${brokenThere}`);
  return faults;
}

/** Files that something is written into before it gets its name: of a crash, and not taken away by a later start. */
export function unfinishedFiles(dir: string): string[] {
  return filesBelow(dir)
    .filter((path) => /\.(part|next|tmp|temp)$/.test(path))
    .map((path) => relative(dir, path));
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
