/** What an interpreter was told to run. */
export interface Script {
  readonly kind: 'file' | 'module' | 'jar' | 'code'
  /** A path, or the name of a module or class; empty for code on the command line or on standard input. */
  readonly name: string
}

/** What an option means for finding the script. */
type Role =
  /** Takes a value, in the same word or else the next argument. */
  | 'value'
  /** Takes the next argument as its value, whatever else stands in the same word. */
  | 'next'
  /** Takes the rest of its word as a value, if there is one. */
  | 'attached'
  /** Its value names what runs. */
  | 'file'
  | 'module'
  | 'jar'
  /** Its value is the program itself, or the program comes from standard input. */
  | 'code'

interface Interpreter {
  /** Names of the executable without version. */
  readonly names: readonly string[]
  /** Options that matter, as they are written; all others stand alone. */
  readonly options: ReadonlyMap<string, Role>
  /** Whether one-letter options may share a word: `-Im http.server`. */
  readonly clusters: boolean
  /** Words that may stand before the script. */
  readonly verbs?: readonly string[]
  /** Words that are followed by code instead of a script. */
  readonly codeVerbs?: readonly string[]
}

/** From the manual page of each; long options may also be written `--option=value`. */
const INTERPRETERS: readonly Interpreter[] = [
  {
    names: ['python', 'pypy'],
    clusters: true,
    options: roles({ code: '-c', module: '-m', value: '-W -X -Q --check-hash-based-pycs' }),
  },
  {
    names: ['perl'],
    clusters: true,
    options: roles({ code: '-e -E', value: '-I', attached: '-0 -C -D -F -M -V -i -m -x' }),
  },
  {
    names: ['ruby'],
    clusters: true,
    options: roles({ code: '-e', value: '-C -E -I -r --encoding', attached: '-0 -F -K -T -W -i -x' }),
  },
  {
    names: ['node', 'nodejs'],
    clusters: false,
    verbs: ['inspect'],
    options: roles({
      code: '-e -p -pe --eval --print',
      value: `-C -r --conditions --diagnostic-dir --disable-warning --dns-result-order --env-file --env-file-if-exists
        --experimental-loader --icu-data-dir --import --input-type --inspect-port --loader --max-http-header-size
        --openssl-config --redirect-warnings --require --title --tls-cipher-list --unhandled-rejections --watch-path`,
    }),
  },
  {
    names: ['php'],
    clusters: true,
    options: roles({
      code: '-r -B -R -E --run --process-begin --process-code --process-end',
      file: '-f -F --file --process-file',
      value: '-S -c -d -t -z --define --docroot --php-ini --server --zend-extension',
    }),
  },
  {
    names: ['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'zsh', 'fish'],
    clusters: true,
    options: roles({ code: '-c -s --command', next: '-o -O +o +O', value: '--rcfile --init-file --init-command' }),
  },
  {
    names: ['lua', 'luajit'],
    clusters: true,
    options: roles({ code: '-e', value: '-l', attached: '-O -b -j' }),
  },
  {
    names: ['java'],
    clusters: false,
    options: roles({
      jar: '-jar',
      module: '-m --module',
      value: `-cp -classpath --class-path -p --module-path --upgrade-module-path --add-exports --add-modules --add-opens
        --add-reads --enable-native-access --limit-modules --patch-module --source`,
    }),
  },
  { names: ['tclsh'], clusters: false, options: roles({ value: '-encoding' }) },
  {
    names: ['R', 'Rscript'],
    clusters: false,
    options: roles({ code: '-e', file: '-f --file', value: '-d -g --debugger --encoding --gui' }),
  },
  {
    names: ['deno'],
    clusters: false,
    verbs: ['run', 'serve'],
    codeVerbs: ['eval', 'repl'],
    options: roles({ value: '-L -c --cert --config --import-map --location --log-level --port --seed' }),
  },
  {
    names: ['bun'],
    clusters: false,
    verbs: ['run'],
    codeVerbs: ['repl'],
    options: roles({ code: '-e -p --eval --print', value: '-c -r --config --cwd --port --preload' }),
  },
]

const BY_NAME: ReadonlyMap<string, Interpreter> = new Map(
  INTERPRETERS.flatMap((interpreter) => interpreter.names.map((name) => [name, interpreter] as const)),
)

/** `python3.11`, `node-22.1`, `ksh93`, `python3.13t`, `perl5.36-x86_64-linux-gnu`. */
const NAME_AND_VERSION = /^([A-Za-z]+?)(?:[-_.]?v?\d+(?:\.\d+)*[a-z]{0,2}(?:-\w+-linux-\w+)?)?$/

/** Whether a file of this name (without directory) runs scripts. */
export function isInterpreter(fileName: string): boolean {
  return find(fileName) !== undefined
}

/**
 * What `fileName` runs when it is started with `args` (without its own name in front); undefined when that cannot be told, as
 * for a shell that someone types into.
 *
 * @example scriptOf('python3.11', ['-W', 'ignore', 'x.py']) // { kind: 'file', name: 'x.py' }
 */
export function scriptOf(fileName: string, args: readonly string[]): Script | undefined {
  const interpreter = find(fileName)
  if (interpreter === undefined) return undefined
  let index = 0
  let verbAllowed = true
  while (index < args.length) {
    const arg = args[index]!
    index += 1
    if (arg === '-') return CODE
    if (arg === '--') return named('file', args[index])
    if (!isOption(arg)) {
      if (verbAllowed && interpreter.codeVerbs?.includes(arg)) return CODE
      if (!verbAllowed || !interpreter.verbs?.includes(arg)) return named('file', arg)
      verbAllowed = false
      continue
    }
    const found = readOption(interpreter, arg, args[index])
    if (found.role === 'code') return CODE
    if (found.role !== undefined) return named(found.role, found.value)
    index += found.taken
  }
  return undefined
}

const CODE: Script = { kind: 'code', name: '' }

interface Option {
  /** Set when the option says what runs. */
  readonly role?: Script['kind']
  readonly value?: string | undefined
  /** So many of the arguments that follow belong to the option. */
  readonly taken: number
}

/** One word of options. */
function readOption(interpreter: Interpreter, word: string, next: string | undefined): Option {
  if (interpreter.clusters && !word.startsWith('--')) return readCluster(interpreter, word, next)
  const equals = word.indexOf('=')
  const attached = equals < 0 ? undefined : word.slice(equals + 1)
  const role = interpreter.options.get(equals < 0 ? word : word.slice(0, equals))
  if (role === undefined || role === 'attached') return { taken: 0 }
  if (role === 'value' || role === 'next') return { taken: attached === undefined ? 1 : 0 }
  return { role, value: attached ?? next, taken: 0 }
}

/** Letters behind one dash, each an option until one takes the rest as its value. */
function readCluster(interpreter: Interpreter, word: string, next: string | undefined): Option {
  let taken = 0
  for (let i = 1; i < word.length; i++) {
    const role = interpreter.options.get(word[0]! + word[i]!)
    const rest = word.slice(i + 1)
    if (role === undefined) continue
    if (role === 'attached') return { taken }
    if (role === 'value') return { taken: rest === '' ? taken + 1 : taken }
    if (role === 'next') taken += 1
    else return { role, value: rest === '' ? next : rest, taken }
  }
  return { taken }
}

function find(fileName: string): Interpreter | undefined {
  const name = NAME_AND_VERSION.exec(fileName)?.[1]
  return name === undefined ? undefined : BY_NAME.get(name)
}

/** Shells also switch options off, with a plus. */
function isOption(arg: string): boolean {
  return arg.startsWith('-') || /^\+[A-Za-z]+$/.test(arg)
}

function named(kind: Script['kind'], name: string | undefined): Script | undefined {
  return name === undefined || name === '' ? undefined : { kind, name }
}

function roles(lists: Partial<Record<Role, string>>): ReadonlyMap<string, Role> {
  const entries = Object.entries(lists) as [Role, string][]
  return new Map(entries.flatMap(([role, list]) => list.split(/\s+/).map((option) => [option, role] as const)))
}
