/**
 * Names of inputs that carry what the machine plays or another program feeds them. Believed, not measured: names as
 * vendors and Windows in some languages give them. A name that is missing here is listed as any microphone.
 */
const NAMES = [
  /\bstereo ?mix\b/i,
  /stereomix/i,
  /mixage st[eé]r[eé]o/i,
  /mezcla est[eé]reo/i,
  /mi(?:ssaggio|xagem?) (?:stereo|est[eé]reo)/i,
  /стерео ?микшер/i,
  /立体声混音/,
  /立體聲混音/,
  /ステレオ ?ミキサー/,
  /스테레오 ?믹스/,
  /\bwhat ?u ?hear\b/i,
  /\bwave ?out ?mix\b/i,
  /\bloopback\b/i,
  /^monitor of /i,
  /virtual-audio-capturer/i,
  /\bcable[- ][a-d]? ?output\b/i,
  /\bvb-audio\b/i,
  /\bvoicemeeter\b/i,
  /\bblackhole\b/i,
  /\bsoundflower\b/i,
  /\b(?:microsoft teams|zoom) ?audio/i,
];

/** Whether an input is, by its name, no microphone: it is listed, but never chosen for anybody. */
export function soundsLikeLoopback(name: string): boolean {
  return NAMES.some((pattern) => pattern.test(name));
}
