import type { Result } from '../../contract/result.ts';
import type { About } from '../audit/calls.ts';
import type { Parts } from '../parts.ts';
import type { AdminPass, AdminRecord } from '../store/records.ts';
import type { Html } from './parts/html.ts';

/** What a handler of the console knows of a request by a signed-in admin. */
export type Call = {
  readonly parts: Parts;
  readonly admin: AdminRecord;
  readonly pass: AdminPass;
  readonly params: { readonly [name: string]: string };
  readonly query: URLSearchParams;
  /** Empty for a GET. */
  readonly form: URLSearchParams;
  /** What only the handler knows for the log. */
  readonly about: About;
  /** Of whoever asks, as the limit of attempts counts them. */
  readonly address: string;
  /** Ends an answer that is under way and cannot be finished, so that it is not taken for whole. */
  readonly breakOff: () => void;
};

/** Where one is, as the navigation marks it. */
export type Section =
  | 'sessions'
  | 'recordings'
  | 'copies'
  | 'policy'
  | 'collections'
  | 'people'
  | 'retention'
  | 'audit'
  | 'keys'
  | 'events'
  /** None of them: one's own sign-in. */
  | 'account';

export type Page = {
  readonly kind: 'page';
  /** Says where one is; also the heading. */
  readonly title: string;
  /** Default: 200. Anything from 400 on was not done and is not noted as done. */
  readonly status?: number;
  readonly content: Html;
};

export type Answer =
  | Page
  /** A piece of a page, for the script that keeps a light up to date. */
  | { readonly kind: 'piece'; readonly content: Html }
  /** After something was changed: a reload must not do it again. */
  | { readonly kind: 'go'; readonly to: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly type: string;
      readonly body: string | ReadableStream<Uint8Array>;
    };

/** Everything about a page of the console in one value. */
export type ConsoleRoute = {
  readonly method: 'get' | 'post';
  /** As Hono writes it: `/console/sessions/:id`. */
  readonly path: string;
  /** `password`: it is asked for again where that was not done within the last minutes. */
  readonly needs: 'admin' | 'password';
  /** What the audit log calls it; null for what nobody has to answer for. */
  readonly does: string | null;
  readonly section: Section;
  /** The page to be at after the password was asked for; default: the page itself. */
  readonly from?: (call: Call) => string;
  readonly handle: (call: Call) => Promise<Result<Answer>>;
};
