/** The tables as both databases have them. Booleans are 0 or 1; objects are JSON in text. */
export type Tables = {
  api_key: { id: string; name: string; sha256: string; created_at: number };
  client_token: {
    sha256: string;
    session_id: string | null;
    family: string;
    scope: 'capture';
    expires_at: number;
  };
  capture_session: {
    id: string;
    collection_id: string;
    end_user_id: string;
    status: string;
    callback_url: string | null;
    metadata: string;
    created_at: number;
    wrapped_key: string;
    policy: string | null;
    consent_sha256: string | null;
    manifest: string | null;
  };
  rtstream: {
    id: string;
    session_id: string;
    channel_id: string;
    channel_name: string | null;
    type: 'audio' | 'video';
    store: number;
    position: number;
    last_take: number | null;
    last_sequence: number | null;
    fragments: number;
    bytes: number;
    fingerprint: string | null;
  };
  fragment: {
    stream_id: string;
    take: number;
    sequence: number;
    started_at_ms: number;
    duration_ms: number;
    paused_before_ms: number;
    bytes: number;
    sha256: string;
    blob: string;
    received_at: number;
  };
  video: {
    id: string;
    session_id: string;
    stream_id: string;
    name: string;
    part: number;
    format: string;
    length_seconds: number;
    size_bytes: number;
    sha256: string;
    takes: number;
    fragments: number;
    created_at: number;
  };
  policy: { version: number; content: string };
  fact: { name: string; value: string };
  migration: { name: string };
};
