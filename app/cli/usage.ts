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
                    [--follow-default] [--duration S] [--fps 15|30] [--data DIR] [--json]
      Records these channels. Running it is your consent to exactly these, and it says so.
      --follow-default: a default device is exchanged when another one becomes the default.
      The token is better given in TALLYLIGHT_TOKEN, where other users of the machine cannot see it.
  tallylight recordings | verify ID | delete ID | audit | audit verify   [--data DIR] [--json]
      What this device keeps; every byte checked; gone for good; what was done, as a story.
  tallylight backend serve [--port N] [--data DIR] | backend key create --name NAME [--replace] [--data DIR]
      The media service on this machine, and keys for your backend; --replace ends those of the same name.

--json prints one event a line. Exit codes: 0 done, 1 failed, 2 usage, 3 permission or consent missing,
4 not authorised, 5 device, 6 recorded and kept here, delivery not complete.
`;
