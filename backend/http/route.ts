import type { Context } from 'hono';
import { z } from 'zod';
import { FRAGMENT_HEADERS } from '../../contract/fragment.ts';
import { type Failed, fail, ok, type Result } from '../../contract/result.ts';
import {
  ACCESS_TOKEN_HEADER,
  DPOP_HEADER,
  POLICY_VERSION_HEADER,
  type TokenAction,
} from '../../contract/wire.ts';
import { type Access, type Caller, type CallerOf, callerFor } from '../access/caller.ts';
import { type About, noteCall, noteStranger } from '../audit/calls.ts';
import type { Parts } from '../parts.ts';
import type { Role } from '../store/records.ts';
import { readBounded } from './body.ts';
import { fits } from './digest.ts';
import { answered, refused } from './envelope.ts';

type Shape = z.ZodObject;
const nothing = z.object({});

/** Everything about a route in one value: the router serves it and /openapi.json describes it from this. */
export type Route = {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it: `/video/{id}`. */
  readonly path: string;
  readonly access: Access;
  readonly roles: readonly Role[];
  readonly isShared: boolean;
  readonly action: TokenAction | undefined;
  readonly does: string | null;
  readonly summary: string;
  readonly params: Shape;
  readonly query: Shape;
  readonly headers: Shape;
  readonly body: z.ZodType | undefined;
  /** The schema of `data`, or the media type of what is not JSON. */
  readonly answer: z.ZodType | string;
  readonly respond: (parts: Parts, context: Context) => Promise<Response>;
};

type Call<A extends Access, P extends Shape, Q extends Shape, H extends Shape, B extends z.ZodType> = {
  readonly parts: Parts;
  readonly caller: CallerOf[A];
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly headers: z.output<H>;
  readonly body: z.output<B>;
  readonly context: Context;
  /** What the audit log is to say of this call, where the parameters do not say it. */
  readonly about: About;
};

type Spec<A extends Access, P extends Shape, Q extends Shape, H extends Shape, B extends z.ZodType> = {
  readonly method: Route['method'];
  readonly path: string;
  readonly access: A;
  /** A key needs one of these. */
  readonly roles?: readonly Role[];
  /** It concerns both environments, so that only keys of `production` may. */
  readonly isShared?: boolean;
  /** A token needs this. */
  readonly action?: TokenAction;
  /** What the audit log calls it, `noun.verb`; null for what nobody has to answer for. */
  readonly does: string | null;
  /** Done thousands of times an hour, and told by what it leaves behind: only refusals are noted. */
  readonly isFrequent?: boolean;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly headers?: H;
  readonly body?: B;
};

/** A route that answers JSON in the envelope. */
export function jsonRoute<
  A extends Access,
  D extends z.ZodType,
  P extends Shape = typeof nothing,
  Q extends Shape = typeof nothing,
  H extends Shape = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
>(
  spec: Spec<A, P, Q, H, B> & {
    readonly answer: D;
    readonly handle: (call: Call<A, P, Q, H, B>) => Promise<Result<z.input<D>>>;
  },
): Route {
  return rawRoute({
    ...spec,
    async handle(call) {
      const result = await spec.handle(call);
      return result.ok ? ok(answered(spec.answer.parse(result.value))) : result;
    },
  });
}

/** A route that answers something else: a file, a socket. */
export function rawRoute<
  A extends Access,
  P extends Shape = typeof nothing,
  Q extends Shape = typeof nothing,
  H extends Shape = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
>(
  spec: Spec<A, P, Q, H, B> & {
    readonly answer: z.ZodType | string;
    readonly handle: (call: Call<A, P, Q, H, B>) => Promise<Result<Response>>;
  },
): Route {
  const { params = nothing, query = nothing, headers = nothing, body = z.undefined() } = spec;
  const { roles = [], isShared = false, action, does, isFrequent = false } = spec;
  return {
    ...spec,
    roles,
    isShared,
    action,
    params,
    query,
    headers,
    body: spec.body,
    async respond(parts, context) {
      // Who asks comes before what is asked: a stranger learns nothing about the form of a request.
      const caller = await callerFor(spec.access, { roles, isShared, action }, shownBy(context), parts);
      if (!caller.ok) {
        await noteStranger(parts, context, does, caller);
        return refused(caller.error);
      }
      const about: About = {};
      const noted = await noteCall(parts, caller.value, { does, isFrequent, params: context.req.param() });
      const json = spec.body === undefined ? ok(undefined) : await jsonOf(context, spec.body);
      const sent = z.object({ params, query, headers, body }).safeParse({
        params: context.req.param(),
        query: context.req.query(),
        headers: context.req.header(),
        body: json.ok ? json.value : undefined,
      });
      const malformed = async (wrong: Failed) => {
        await noted(wrong, about);
        return refused(wrong.error);
      };
      if (!json.ok) return malformed(json);
      if (!sent.success) return malformed(wrongForm(sent.error));
      // The schema above is made of the very types of the call, which TypeScript cannot see through generics.
      const call = { parts, caller: caller.value, context, about, ...sent.data } as Call<A, P, Q, H, B>;
      const result = await spec.handle(call).catch(async (error) => {
        await noted(fail('internal'), about);
        throw error;
      });
      await noted(result, about);
      const response = result.ok ? result.value : refused(result.error);
      if (caller.value.by === 'token') await tellPolicyVersion(parts, caller.value, response);
      return response;
    },
  };
}

function shownBy({ req }: Context) {
  return {
    secret: req.header(ACCESS_TOKEN_HEADER),
    proof: req.header(DPOP_HEADER),
    method: req.method,
    // As it was sent: Hono's own is decoded, and a proof is made for what was sent.
    path: new URL(req.url).pathname,
  };
}

/** So that a client learns of a new policy with whatever it asks next. */
async function tellPolicyVersion(
  parts: Parts,
  { token }: Extract<Caller, { by: 'token' }>,
  response: Response,
) {
  if (token.sessionId === null) return;
  const session = await parts.store.session(token.sessionId);
  if (session === undefined) return;
  const { policy } = await parts.policies.inForce(session);
  response.headers.set(POLICY_VERSION_HEADER, String(policy.version));
}

const MAX_JSON_BYTES = 1024 * 1024;

/** Deeper than anything of ours, and far from what would exhaust the stack of whoever walks through it. */
const MAX_JSON_DEPTH = 32;

/**
 * Undefined where the body is empty and may be. Errors: `bad-request`, which says what was expected and, as bodies hold secrets,
 * nothing of what came; `digest-mismatch` where it is not the body that was sent.
 */
async function jsonOf(context: Context, body: z.ZodType): Promise<Result<unknown>> {
  const read = await readBounded(context.req.raw, MAX_JSON_BYTES);
  if (!read.ok)
    return read.error.code === 'fragment-too-large'
      ? fail('bad-request', `the body is longer than ${MAX_JSON_BYTES} bytes`)
      : read;
  if (!fits(read.value, context.req.header(FRAGMENT_HEADERS.contentDigest)))
    return fail('digest-mismatch', 'sha-256');
  if (read.value.length === 0)
    return body.safeParse(undefined).success
      ? ok(undefined)
      : fail('bad-request', `the body is empty; ${EXPECTED}`);
  try {
    const value: unknown = JSON.parse(Buffer.from(read.value).toString('utf8'));
    return isDeeper(value, MAX_JSON_DEPTH)
      ? fail('bad-request', `the body is nested deeper than ${MAX_JSON_DEPTH}`)
      : ok(value);
  } catch {
    const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
    const sent = type === undefined || type === JSON_TYPE ? '' : `, and it was sent as ${type.slice(0, 60)}`;
    return fail('bad-request', `the body is not JSON${sent}; ${EXPECTED}`);
  }
}

const JSON_TYPE = 'application/json';
const EXPECTED = `a JSON object is expected there, sent as ${JSON_TYPE}`;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** Names the fields that are wrong, never what was in them. */
function wrongForm(error: z.ZodError) {
  const detail = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return fail('bad-request', detail.slice(0, 500));
}
