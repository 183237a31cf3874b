import assert from 'node:assert/strict';
import type { Channel } from '../../contract/channel.ts';
import type { Result, TallylightError } from '../../contract/result.ts';
import type { ChannelList } from '../../main/channels/channel-list.ts';
import { FFMPEGS, type FfmpegName, ffmpegExe, type Lab } from './lab.ts';
import { microphoneName, screen } from './scene.ts';
import { lastOf, type Trial, toldBy } from './trial.ts';

type Listed = { readonly channels: readonly Channel[]; readonly found: { major: number } | TallylightError };

const lists = new Map<FfmpegName, Promise<Listed>>();
let before: Promise<unknown> = Promise.resolve();

/**
 * What our code lists through one of the ffmpegs; asked once, and one after the other: of two that list DirectShow's
 * microphones under Wine 10 at once, one may see only some of them.
 */
function listedBy(lab: Lab, ffmpeg: FfmpegName): Promise<Listed> {
  const known = lists.get(ffmpeg) ?? before.then(() => ask(lab, ffmpeg));
  lists.set(ffmpeg, known);
  before = known.catch(() => undefined);
  return known;
}

async function ask(lab: Lab, ffmpeg: FfmpegName): Promise<Listed> {
  const told = await toldBy(lab.start('listing', { ffmpeg: ffmpegExe(ffmpeg) }));
  const { listed } = lastOf<{ listed: Result<ChannelList> }>(told, 'listed');
  assert.ok(listed.ok, JSON.stringify(listed));
  return { channels: listed.value.channels, ...lastOf<Pick<Listed, 'found'>>(told, 'found') };
}

/** The microphone that hears the tone, as our own listing names it. */
export async function labMicrophone(lab: Lab): Promise<Channel> {
  return only(
    (await listedBy(lab, '7.1')).channels,
    ({ kind, name }) => kind === 'mic' && name === microphoneName,
  );
}

/** The one screen. */
export async function labDisplay(lab: Lab): Promise<Channel> {
  return only((await listedBy(lab, '7.1')).channels, ({ kind }) => kind === 'display');
}

function only(channels: readonly Channel[], fits: (channel: Channel) => boolean): Channel {
  const [first, ...more] = channels.filter(fits);
  assert.ok(first !== undefined && more.length === 0, JSON.stringify(channels));
  return first;
}

export const listing: readonly Trial[] = [
  {
    name: 'an ffmpeg that is too old to record with is refused, one that is not is taken',
    run: async (lab) => {
      const [old, good] = await Promise.all(FFMPEGS.map((name) => listedBy(lab, name)));
      assert.ok(
        old !== undefined && 'code' in old.found && old.found.code === 'ffmpeg-too-old',
        JSON.stringify(old?.found),
      );
      assert.ok(
        good !== undefined && 'major' in good.found && good.found.major === 7,
        JSON.stringify(good?.found),
      );
      return undefined;
    },
  },
  {
    name: 'both ffmpegs list the same microphones, with the same ids, by their alternative names',
    run: async (lab) => {
      const [old = [], recent = []] = await Promise.all(
        FFMPEGS.map(async (name) =>
          (await listedBy(lab, name)).channels.filter(({ kind }) => kind === 'mic'),
        ),
      );
      assert.deepEqual(old, recent);
      assert.ok((await labMicrophone(lab)).device.startsWith('@device_cm_{'));
      return recent.map(({ id }) => id).join(', ');
    },
  },
  {
    name: 'the display that Windows names has the size of the screen that is there',
    run: async (lab) => {
      const display = await labDisplay(lab);
      assert.deepEqual(display.area, { x: 0, y: 0, ...screen });
      assert.equal(display.isDefault, true);
      return `${display.id} is ${display.device}`;
    },
  },
];
