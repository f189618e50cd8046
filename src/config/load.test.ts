import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import * as v from 'valibot'
import { ConfigError, type FlagSetting, loadConfig } from './load.ts'

const FOLDER = mkdtempSync(join(tmpdir(), 'oddsock-config-'))
after(() => rmSync(FOLDER, { recursive: true }))

const MANUAL = { summary: '', examples: [] }

const CATALOGUES = {
  sources: [
    {
      name: 'file-tail',
      ...MANUAL,
      options: v.strictObject({ path: v.string('a path'), host: v.exactOptional(v.string()) }),
    },
    {
      name: 'syslog',
      ...MANUAL,
      options: v.strictObject({ port: v.number('a port'), tls: v.exactOptional(v.boolean()) }),
    },
  ],
  sinks: [
    {
      name: 'webhook',
      ...MANUAL,
      options: v.strictObject({
        url: v.string('an address'),
        secret_file: v.exactOptional(v.string('a path')),
        secret: v.exactOptional(v.string('a secret')),
        secret_env: v.exactOptional(v.string('a name')),
      }),
    },
  ],
}

function load(toml: string | undefined, env: Record<string, string> = {}, flags: readonly FlagSetting[] = []) {
  const file = join(FOLDER, 'oddsock.toml')
  if (toml !== undefined) writeFileSync(file, toml)
  return loadConfig({
    ...(toml !== undefined && { file }),
    env: { HOME: FOLDER, STATE_DIRECTORY: '/state', ...env },
    flags,
    catalogues: CATALOGUES,
  })
}

function problemsOf(toml: string, env: Record<string, string> = {}) {
  try {
    load(toml, env)
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ message, where = '', hint = '', code }) =>
        [code, message.replace('Cannot use the settings: ', ''), where.replace(`${FOLDER}/`, ''), hint]
          .filter(Boolean)
          .join(' | '),
      )
    throw error
  }
  return []
}

test('the empty file is valid: the embedded store in the folder of the state, loopback only, both jobs', () => {
  const { config } = load('')
  assert.deepEqual(config.storage, {
    engine: 'embedded',
    path: '/state',
    keep: 7_776_000_000,
    keep_size: 53_687_091_200,
  })
  assert.deepEqual(config.http.listen, ['127.0.0.1:9277'])
  assert.equal(config.http.socket, '/state/oddsock.sock')
  assert.deepEqual(config.jobs, ['linux_novel_network_activity', 'linux_anomalous_network_activity'])
  assert.deepEqual(config.sink, [])
})

test('a flag wins over the environment, this over the file, and the file over the default; each value says who set it', () => {
  const { config, settings } = load(
    '[storage]\npath = "/from-file"\nkeep = "7d"\n[log]\nlevel = "warn"\n',
    { ODDSOCK_STORAGE__PATH: '/from-environment', ODDSOCK_STORAGE__KEEP: '3d' },
    [{ flag: '--state', setting: 'storage.path', value: '/from-flag' }],
  )
  assert.equal(config.storage.path, '/from-flag')
  assert.equal(config.http.socket, '/from-flag/oddsock.sock')
  const origins = new Map(settings.map(({ name, value, origin }) => [name, `${value} ${origin.replace(FOLDER, '')}`]))
  assert.equal(origins.get('storage.path'), '/from-flag --state')
  assert.equal(origins.get('storage.keep'), '3d ODDSOCK_STORAGE__KEEP')
  assert.equal(origins.get('log.level'), 'warn /oddsock.toml:5:9')
  assert.equal(origins.get('log.format'), 'auto default')
  assert.equal(origins.get('storage.engine'), 'embedded default')
})

test('the environment sets lists, numbers and switches, and reaches into lists by index', () => {
  const { config } = load('source = [{ type = "file-tail", path = "/a" }]\n', {
    ODDSOCK_HTTP__LISTEN: '127.0.0.1:1, [::1]:2',
    ODDSOCK_SOURCE__0__HOST: 'web-1',
    ODDSOCK_SOURCE__1__TYPE: 'syslog',
    ODDSOCK_SOURCE__1__PORT: '6514',
    ODDSOCK_SOURCE__1__TLS: 'true',
    ODDSOCK_SINK__0__TYPE: 'webhook',
    ODDSOCK_SINK__0__URL: 'https://example.org',
  })
  assert.deepEqual(config.http.listen, ['127.0.0.1:1', '[::1]:2'])
  assert.deepEqual(config.source, [
    { type: 'file-tail', name: 'file-tail', options: { path: '/a', host: 'web-1' } },
    { type: 'syslog', name: 'syslog', options: { port: 6514, tls: true } },
  ])
  assert.deepEqual(config.sink, [{ type: 'webhook', name: 'webhook', options: { url: 'https://example.org' } }])
})

test('secrets come from the environment, and are shown to nobody', () => {
  const { config, settings } = load('sink = [{ type = "webhook", url = "https://ann:hunter2@example.org/x" }]\n', {
    ODDSOCK_SINK__0__SECRET: 'hunter3',
  })
  assert.deepEqual(config.sink[0]!.options, { url: 'https://ann:hunter2@example.org/x', secret: 'hunter3' })
  assert.doesNotMatch(JSON.stringify(settings), /hunter/)
  assert.match(JSON.stringify(settings), /ODDSOCK_SINK__0__SECRET/)
})

const WRONG: readonly {
  readonly given: string
  readonly env?: Record<string, string>
  readonly expect: readonly string[]
}[] = [
  {
    given: '[storage]\npth = "/x"\n[htpp]\n',
    expect: [
      'CONFIG_UNKNOWN_KEY | storage.pth is not known | oddsock.toml:2:7 | Did you mean "path"?',
      'CONFIG_UNKNOWN_KEY | htpp is not known | oddsock.toml:3:1 | Did you mean "http"?',
    ],
  },
  {
    given: '',
    env: { ODDSOCK_STORAGE__COLOUR: 'red' },
    expect: [
      'CONFIG_UNKNOWN_KEY | storage.colour is not known | ODDSOCK_STORAGE__COLOUR | Known are engine, path, keep, keep_size, nodes, indices, look_back, prefix, username, password_file, api_key_file, ca_file.',
    ],
  },
  {
    given:
      'storage = { engine = "opensearch", nodes = ["http://a:9200"], indices = ["logs-*"] }\nsource = [{ type = "file-tail", path = "/x" }]\n',
    expect: [
      'CONFIG_INVALID | with storage.indices events are read from the cluster, and a source has no place | oddsock.toml:2:11 | Send its events to the cluster, or leave storage.indices out and let oddsock keep all of them.',
    ],
  },
  {
    given: '[storage]\nengine = "opensearch"\nnodes = ["http://a:9200"]\nlook_back = "14d"\n',
    expect: [
      'CONFIG_INVALID | storage.look_back is about the history of storage.indices, and there are none | oddsock.toml:4:13 | Leave it out, or name the indices that events are read from.',
    ],
  },
  {
    given: '[storage]\nkeep = "fortnight"\nkeep_size = 5\nengine = "sqlite"\n',
    expect: [
      'CONFIG_INVALID | storage.engine is "sqlite", expected "embedded", "memory" or "opensearch" | oddsock.toml:4:10',
      'CONFIG_INVALID | storage.keep is "fortnight", expected a duration such as 90d | oddsock.toml:2:8',
      'CONFIG_INVALID | storage.keep_size is 5, expected a size such as 50GiB | oddsock.toml:3:13',
    ],
  },
  {
    given: '[http]\nlisten = ["localhost"]\n',
    expect: [
      'CONFIG_INVALID | http.listen[0] is "localhost", expected an address with a port, such as 127.0.0.1:9277 | oddsock.toml:2:11',
    ],
  },
  {
    given: '[http]\ntls_cert_file = "/c.pem"\n',
    expect: [
      'CONFIG_INCOMPLETE | TLS needs both http.tls_cert_file and http.tls_key_file | oddsock.toml:2:17 | Set both, or leave both out and listen on loopback.',
    ],
  },
  {
    given: 'source = [{ type = "file-tale" }, { path = "/x" }]\n',
    expect: ['CONFIG_INCOMPLETE | source[1].type is missing | oddsock.toml:1:35'],
  },
  {
    given: '[[source]]\ntype = "file-tale"\n[[source]]\ntype = "file-tail"\npaht = "/x"\n',
    expect: [
      'CONFIG_UNKNOWN_TYPE | there is no source of type "file-tale" | oddsock.toml:2:8 | Did you mean "file-tail"?',
      'CONFIG_INCOMPLETE | source[1].path is missing | oddsock.toml:3:1',
      'CONFIG_UNKNOWN_KEY | source[1].paht is not known | oddsock.toml:5:8 | Did you mean "path"?',
    ],
  },
  {
    given: '[[sink]]\ntype = "webhook"\nurl = "/a"\n[[sink]]\ntype = "webhook"\nurl = "/b"\n',
    expect: [
      'CONFIG_SAME_NAME | two sinks are called "webhook" | oddsock.toml:4:1 | Give each a "name" of its own: what it has sent is remembered under it.',
    ],
  },
  {
    given: '[[sink]]\ntype = "webhook"\nurl = "https://example.org"\nsecret = "hunter2"\n',
    expect: [
      'CONFIG_SECRET_IN_OPEN | sink[0].secret is a secret, and it is written in the open | oddsock.toml:4:10 | Put it into a file of its own and name that: secret_file; or set it in the environment.',
    ],
  },
  {
    given: '["__proto__"]\nx = 1\n',
    expect: [
      'CONFIG_UNKNOWN_KEY | __proto__ is not known | oddsock.toml:1:1 | Known are storage, source, http, jobs, rules, profile, alerts, model_memory_limit, sink, log.',
    ],
  },
  {
    given: '[alerts]\nthreshold = 60\nper_day = 2\n',
    expect: [
      'CONFIG_INVALID | alerts.threshold and alerts.per_day exclude each other | oddsock.toml:3:11 | Leave one of them out: alerts come from a score on, or as many as there is room for.',
    ],
  },
  {
    given: 'model_memory_limit = "all"\nprofile = "elastic"\n[alerts]\nthreshold = 101\nper_day = 0\n',
    env: { ODDSOCK_ALERTS__THRESHOLD: '-1' },
    expect: [
      'CONFIG_INVALID | profile is "elastic", expected "recommended" or "elastic-exact" | oddsock.toml:2:11',
      'CONFIG_INVALID | alerts.threshold is -1, expected a score from 0 to 100 | ODDSOCK_ALERTS__THRESHOLD',
      'CONFIG_INVALID | alerts.per_day is 0, expected a number above 0 | oddsock.toml:5:11',
      'CONFIG_INVALID | model_memory_limit is "all", expected a size such as 1GiB | oddsock.toml:1:22',
    ],
  },
]

for (const { given, env = {}, expect } of WRONG)
  test(`all that is wrong is said with its place: ${JSON.stringify(given || env)}`, () => {
    assert.deepEqual(problemsOf(given, env), expect)
  })

test('a variable that a setting names is no setting itself', () => {
  const { config } = load('sink = [{ type = "webhook", url = "https://example.org", secret_env = "ODDSOCK_HOOK" }]\n', {
    ODDSOCK_HOOK: 'hunter2',
  })
  assert.deepEqual(config.sink[0]!.options, { url: 'https://example.org', secret_env: 'ODDSOCK_HOOK' })
})

test('the value of a secret stands in no error', () => {
  const problems = problemsOf('[[sink]]\ntype = "webhook"\nurl = "https://example.org"\nsecret = ["hunter2"]\n')
  assert.doesNotMatch(problems.join('\n'), /hunter2/)
})

test('a file of settings that was named and is not there is said', () => {
  assert.throws(
    () => loadConfig({ file: join(FOLDER, 'missing.toml'), env: {}, catalogues: CATALOGUES }),
    /Cannot read the settings ".*missing.toml": there is no such file or folder/,
  )
})
