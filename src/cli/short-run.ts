import { setFlagsFromString } from 'node:v8'

/** Eight times what V8 has by default, in bytes of byte code that were run. */
const COMPILE_AFTER = 8 * 66 * 1024
/** Per cent of what is alive; by default it is up to 300. */
const GARBAGE_ALLOWED = 50

/**
 * For a command that is over in seconds. V8 hands functions to its optimizing compiler, which works on threads of its own, once they
 * have used up a budget. By default that takes some two hundred functions of a scan and a sixth of its CPU time; the few that see every
 * line are soon over any budget, and the others are not worth it.
 */
export function compileTheBusiestOnly(): void {
  setFlagsFromString(`--interrupt-budget=${COMPILE_AFTER}`)
}

/** Where much memory is needed at a time, little of it may be garbage. Collecting it earlier costs some 5 % of the CPU time. */
export function leaveLittleGarbage(): void {
  setFlagsFromString(`--heap-growing-percent=${GARBAGE_ALLOWED}`)
}
