import { figure } from '../view/format.ts';
import { FLOOR_DB, meterDb, meterFill } from '../view/meter.ts';
import { words } from '../words.ts';

type Props = { readonly name: string; readonly levelDb: number | null };

export function LevelMeter({ name, levelDb }: Props) {
  const level = levelDb === null ? FLOOR_DB : meterDb(levelDb);
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> repaints on every level where a transform only composites
    <div
      className="meter"
      role="meter"
      aria-label={words.channels.level(name)}
      aria-valuemin={FLOOR_DB}
      aria-valuemax={0}
      aria-valuenow={level}
      aria-valuetext={levelDb === null ? words.channels.noLevel : words.channels.decibels(figure(level))}
    >
      <div
        className="meter-fill"
        style={{ transform: `scaleX(${levelDb === null ? 0 : meterFill(levelDb)})` }}
      />
    </div>
  );
}
