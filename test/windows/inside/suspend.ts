import { loadKoffi } from '../../../native-permissions/native-library.ts';

/** PROCESS_SUSPEND_RESUME of winnt.h. */
const SUSPEND_RESUME = 0x0800;

/** Makes every thread of a process stand still, as a device driver that hangs does. Throws where it cannot. */
export function suspendProcess(pid: number): void {
  const koffi = loadKoffi();
  if (koffi === undefined) throw new Error('koffi does not load');
  const openProcess = koffi
    .load('kernel32.dll')
    .func('__stdcall', 'OpenProcess', 'intptr_t', ['uint32_t', 'int32_t', 'uint32_t']);
  const suspend = koffi.load('ntdll.dll').func('__stdcall', 'NtSuspendProcess', 'int32_t', ['intptr_t']);
  const handle: unknown = openProcess(SUSPEND_RESUME, 0, pid);
  const status: unknown = suspend(handle);
  if (status !== 0) throw new Error(`NtSuspendProcess of ${pid} answered ${String(status)}`);
}
