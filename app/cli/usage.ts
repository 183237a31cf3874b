export const USAGE = `tallylight: records microphone, screens and system audio as separate channels, with consent.

  tallylight devices [--json]
      What this machine can capture. Opens no device. A display's number moves when monitors come and go; what is
      listed after it as display:FINGERPRINT stays.
  tallylight doctor [--json] [--record [--duration S] [--yes]]
      What this machine can capture, what hinders it, and what to do; for bug reports. Opens no device to capture;
      encoders in hardware are tried on a made picture, up to 8 s for one that hangs.
      --record asks for your consent and tries one channel of each kind, 10 s each, in memory: nothing is kept or
      sent. It says what opened each device, and with which encoder. --yes is that consent.
  tallylight record --server URL --session cap-… [--token st-…] (--store CHANNEL | --ephemeral CHANNEL)…
                    [--follow-default] [--duration S] [--fps 15|30] [--max-upload KBIT] [--metered send|wait]
                    [--data DIR] [--json]
      Records these channels. Running it is your consent to exactly these, and it says so.
      --follow-default: a default device is exchanged when another one becomes the default.
      --max-upload: no more than so many kilobits a second are sent (TALLYLIGHT_MAX_UPLOAD_KBIT); live only goes first.
      --metered send: what is kept is sent on a metered network too (TALLYLIGHT_METERED=send); otherwise it waits.
  tallylight record --resume --server URL --session cap-… [--token st-…] [--duration S] [--fps 15|30] [--data DIR] [--json]
      Goes on with this recording where a crash cut it off within the last five minutes: the same channels, under the
      consent that was given for it. The time in between stays a gap.
      It takes a fresh token for that session from your backend: the one of before serves no other run.
      The token is better given in TALLYLIGHT_TOKEN, where other users of the machine cannot see it.
  tallylight deliver --server URL --session cap-… [--token st-…] [--max-upload KBIT] [--data DIR] [--json]
      Sends one recording that is kept here and not yet delivered, with a fresh token for its session.
  tallylight recordings | verify ID | delete ID   [--data DIR] [--json]
      What this device keeps; every byte checked, and what the media service signed for, also where the copy here is gone by
      agreement; gone for good.
  tallylight export ID [--out FILE] [--per-channel] [--as-recorded]   [--data DIR] [--json]
      One MP4 with all tracks in sync, that any player opens, and its .sha256 beside it; or one file for each channel.
      A chapter begins after each pause. --as-recorded: sound stays Opus. What is written is not encrypted.
  tallylight audit [NAME] [--actor NAME] [--object ID] [--since TIME] [--until TIME] | audit verify [NAME]   [--data DIR] [--json]
      What was done, as a story: by whom, to which session or channel, from the first time and before the second one
      (2026-03-01, 2026-03-01T10:00:00Z). verify finds whatever was edited, dropped, reordered or cut.
  tallylight audit set-aside   [--data DIR] [--json]
      Keeps a log that is damaged as it is, under a NAME in DIR, and begins a new one that says so first, so that recordings
      can be exported, deleted and made again. audit NAME tells what of it can be read.
  tallylight backend serve [--port N] [--data DIR]
      The media service on this machine. What follows works while it runs, on the same --data DIR.
  tallylight backend key create --name NAME [--role capture|read|admin|operate]… [--environment production|development]
                                [--tenant T] [--replace]
      A key for your backend, shown once; --role capture where none is given; --replace ends those of the same name.
  tallylight backend key list | key rotate KEY-ID [--overlap S] | key revoke KEY-ID   [--tenant T]
      The old key goes on for a day, or for S seconds; a revoked one ends at once, with its tokens and connections.
  tallylight backend admin create --name NAME [--tenant T] | admin password --name NAME
      Who signs in to the console. The password comes from TALLYLIGHT_ADMIN_PASSWORD or is asked for.
  tallylight backend tenant create --id ID --name NAME
      Another organisation on this service; nothing of one is seen by another.
  tallylight backend audit [--actor WHO] [--object ID] [--since TIME] [--until TIME] | audit verify   [--tenant T]
      Who did what on the service, and whether the log of it is as it was written, up to its head in
      TALLYLIGHT_AUDIT_ANCHOR (audit-heads.json in DIR). audit anchor begins that file anew where it was lost.
  tallylight backend sweep [--dry-run]
      Deletes what is older than the policies keep it, as the service does every hour; --dry-run only says what.
  tallylight backend backup --to DIR [--keep N] [--verify] | backup list --to DIR
  tallylight backend backup verify --to DIR [--generation G]
      Everything of the service but the master key, into a folder on another disk; what is there already is not copied
      again. The last 7 are kept, or N. The service does it each day by itself with TALLYLIGHT_BACKUP_TO.
  tallylight backend restore --from DIR [--generation G] [--leave-out-damaged] [--take-over] --data NEW
      Makes a service of the newest backup, or of G, in an empty folder that may hold its master.key. What was deleted
      since stays deleted.
  tallylight backend master-key rotate
      Wraps all keys for a new master key: that of TALLYLIGHT_NEW_MASTER_KEY (…_FILE, …_COMMAND), or a new master.key.
      The service, every instance of it, must be stopped.

--json prints one event a line. Exit codes: 0 done, 1 failed, 2 usage, 3 permission or consent missing,
4 not authorised, 5 device, 6 recorded and kept here, delivery not complete.
`;
