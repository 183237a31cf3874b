import { z } from 'zod';
import written from './ffmpeg-builds.json' with { type: 'json' };

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A program that goes into a package: where it comes from and what is known of it. */
const shipped = z.strictObject({
  ships: z.literal('build'),
  origin: z.string(),
  version: z.string(),
  licence: z.enum(['GPL-2.0-or-later', 'GPL-3.0-or-later', 'LGPL-2.1-or-later', 'LGPL-3.0-or-later']),
  archive: z.strictObject({ url: z.url(), sha256: sha256.nullable(), unpack: z.enum(['gzip', 'zip']) }),
  /** Name of the program's file, in the archive and in the package. */
  program: z.enum(['ffmpeg', 'ffmpeg.exe']),
  /** Of the program itself. Null: nobody has filled it in, and nothing is packaged for this target. */
  sha256: sha256.nullable(),
  /** The corresponding source, for the written offer. */
  source: z.array(z.string()).min(1),
  needs: z.strictObject({
    demuxers: z.array(z.string()),
    filters: z.array(z.string()),
    encoders: z.array(z.string()),
  }),
});

const target = z.discriminatedUnion('ships', [
  shipped,
  /** The package uses the ffmpeg of the system. */
  z.strictObject({ ships: z.literal('system'), why: z.string() }),
  /** Nothing is packaged for this target. */
  z.strictObject({ ships: z.literal('not-yet'), why: z.string() }),
]);

const builds = z
  .strictObject({
    /** Address for the written offer of ffmpeg's source; whoever publishes packages puts theirs in. */
    offerContact: z.string().min(1),
    /** What every recording asks of ffmpeg, whatever it opens; test/e2e/doctor-filters.test.ts compares. */
    filters: z.array(z.string()),
    /** By platform and architecture as Node names them. */
    targets: z.record(z.string(), target),
  })
  .transform(({ offerContact, filters, targets }) => ({
    offerContact,
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, entry]) => [
        name,
        entry.ships === 'build'
          ? { ...entry, needs: { ...entry.needs, filters: [...filters, ...entry.needs.filters] } }
          : entry,
      ]),
    ),
  }));

export type FfmpegBuild = z.infer<typeof shipped>;
export type FfmpegBuilds = z.infer<typeof builds>;

/** What stands in `ffmpeg-builds.json` until a publisher has put an address there; such a package is refused. */
export const NO_CONTACT = 'OFFER_CONTACT';

/** Which ffmpeg goes into which package. Throws where `ffmpeg-builds.json` is not of the form above. */
export const FFMPEG_BUILDS: FfmpegBuilds = builds.parse(written);
