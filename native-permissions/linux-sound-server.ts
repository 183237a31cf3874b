import { askProgram, type Environment, type ProgramAnswer } from './small-program.ts';

/** The sound server that microphone and monitor are recorded from; without one there is nothing to hear. */
export type SoundServer =
  | { readonly kind: 'answers'; readonly name: string }
  | { readonly kind: 'silent'; readonly why: string }
  /** Nobody here can ask. */
  | { readonly kind: 'unasked'; readonly why: string };

/** A server on this machine answers within milliseconds. */
const PATIENCE_MS = 2_000;

export async function askSoundServer(env: Environment): Promise<SoundServer> {
  return soundServerFrom(await askProgram('pactl', ['info'], { ...env, LC_ALL: 'C' }, PATIENCE_MS));
}

/** What `pactl info` said; PipeWire calls itself `PulseAudio (on PipeWire 1.0.5)` there. */
export function soundServerFrom(answer: ProgramAnswer): SoundServer {
  if (answer.kind === 'not-run')
    return answer.why === 'ENOENT'
      ? { kind: 'unasked', why: 'pactl is not installed' }
      : { kind: 'silent', why: `pactl info ${answer.why}` };
  if (answer.exitCode !== 0) return { kind: 'silent', why: `pactl info: ${answer.exitCode}` };
  const said = /^Server Name: (.+)$/m.exec(answer.stdout)?.[1]?.trim() ?? 'a sound server without a name';
  return { kind: 'answers', name: /\bon (PipeWire.*?)\)?$/.exec(said)?.[1] ?? said };
}
