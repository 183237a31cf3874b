import { z } from 'zod';

const place = z.tuple([z.int(), z.string()]);

/** Where a list continues: opaque to the caller. */
export function cursorAt({ createdAt, id }: { readonly createdAt: number; readonly id: string }): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

export const cursorOf = z.string().transform((cursor, context) => {
  const read = place.safeParse(parsed(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (read.success) return { createdAt: read.data[0], id: read.data[1] };
  context.addIssue('a cursor is the next_page of an answer before');
  return z.NEVER;
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
