import { type Kysely, sql } from 'kysely';

export type CopyPlaceTables = {
  /** Every place elsewhere where a video may lie, whole or in part; `place` as the audit log names it. */
  copy_place: { video_id: string; place: string };
};

export async function copyPlaceTables<T>(db: Kysely<T>): Promise<void> {
  const statements = [
    `create table copy_place (video_id text not null references video (id) on delete cascade, place text not null,
       primary key (video_id, place))`,
    "insert into copy_place (video_id, place) select video_id, sent_to from copy where sent_to <> ''",
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
