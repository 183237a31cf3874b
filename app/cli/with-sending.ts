import type { Arguments } from './command.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The environment with what was said of sending on the command line, which weighs more. */
export function withSending(
  { 'max-upload': maxUpload, metered }: Pick<Arguments, 'max-upload' | 'metered'>,
  env: Env = process.env,
): Env {
  return {
    ...env,
    ...(maxUpload === undefined ? {} : { TALLYLIGHT_MAX_UPLOAD_KBIT: maxUpload }),
    ...(metered === undefined ? {} : { TALLYLIGHT_METERED: metered }),
  };
}
