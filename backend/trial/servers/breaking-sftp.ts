import { spawn } from 'node:child_process';

/** https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02#section-3 */
const SSH_FXP_RENAME = 18;

const [program = '', nth = '0'] = process.argv.slice(2);

/** The SFTP server of OpenSSH without posix-rename, which is gone when it is asked to rename for the nth time. */
const server = spawn(program, ['-P', 'posix-rename'], { stdio: ['pipe', 'inherit', 'inherit'] });
server.on('exit', () => process.exit());

let waiting = Buffer.alloc(0);
let renames = 0;
process.stdin.on('end', () => server.stdin.end());
process.stdin.on('data', (chunk) => {
  waiting = Buffer.concat([waiting, chunk]);
  while (waiting.length >= 5) {
    const end = 4 + waiting.readUInt32BE();
    if (waiting.length < end) return;
    if (waiting[4] === SSH_FXP_RENAME && ++renames === Number(nth)) {
      server.kill();
      return;
    }
    server.stdin.write(waiting.subarray(0, end));
    waiting = waiting.subarray(end);
  }
});
