import { type Command, InvalidArgumentError, Option } from 'commander'
import { SCOPES } from '../triage/exception-for.ts'
import { CLOSE_REASONS } from '../triage/workflow.ts'
import { examples } from './help-examples.ts'
import type { Io } from './terminal.ts'

/**
 * The commands that look at a store and change it: over the socket of the server that has it, or by opening it themselves. Like all
 * of them, each loads its code when it is called.
 */
export function addServerCommands(root: Command, io: Io, exit: (code: number) => void): void {
  addAlerts(root, io, exit)
  addExceptions(root, io, exit)
  addState(root, io, exit)
  addBackups(root, io, exit)
  addKeys(root, io, exit)
}

/** Where the settings and the store are. */
function settings(command: Command): Command {
  return command
    .option('--config <file>', 'settings file; /etc/oddsock/oddsock.toml if not given')
    .option('--state <folder>', 'folder of the store, instead of that of the settings')
}

function addAlerts(root: Command, io: Io, exit: (code: number) => void): void {
  const alerts = root.command('alerts').description('look at the alerts of a server or its store, and judge them')
  settings(alerts.command('list'))
    .description('what waits to be judged, worst first')
    .addHelpText(
      'before',
      examples(
        ['oddsock alerts list', 'what was found in the last week and nobody has looked at'],
        ['oddsock alerts list --status all --since 30d --json', 'a month, for scripts'],
        ["oddsock alerts list --query 'host.name: web-1'", 'of one host'],
      ),
    )
    .addOption(
      new Option('--status <which>', 'which of them')
        .choices(['open', 'acknowledged', 'closed', 'all'])
        .default('open'),
    )
    .option('--since <time>', 'from this time on: 2026-03-01, or 7d for seven days ago', '7d')
    .option('--query <kql>', 'only those that match: process.name: xmrig and not user.name: root')
    .option(
      '--job <id>',
      'of this job, or all; if not given, of the first of the settings and those that a rule of yours is about',
    )
    .option('--limit <number>', 'so many at most', atLeastOne, 50)
    .option('--json', 'one alert a line, as JSON')
    .action(async (options) => {
      const { listAlerts } = await import('./alerts.ts')
      exit(await listAlerts(options, io))
    })
  settings(alerts.command('show'))
    .description('all that is known of an alert')
    .addHelpText('before', examples(['oddsock alerts show 865fd535', 'what made its score, and the events behind it']))
    .argument('<alert...>', 'ids, or beginnings of ids')
    .option('--json', 'one alert a line, as JSON')
    .action(async (ids: string[], options) => {
      const { showAlerts } = await import('./alerts.ts')
      exit(await showAlerts(ids, options, io))
    })
  settings(alerts.command('events'))
    .description('all events that an alert stands for, and those of what joined it since, oldest first')
    .addHelpText(
      'before',
      examples(
        ['oddsock alerts events 865fd535', 'one event a line'],
        ['oddsock alerts events 865fd535 --limit 10000 --json', 'whole, as ECS documents'],
      ),
    )
    .argument('<alert>', 'id, or the beginning of one')
    .option('--limit <number>', 'so many at most', atLeastOne, 100)
    .option('--json', 'one event a line, as JSON')
    .action(async (id: string, options) => {
      const { listAlertEvents } = await import('./alert-events.ts')
      exit(await listAlertEvents(id, options, io))
    })
  for (const [name, status, description] of [
    ['ack', 'acknowledged', 'say that somebody is looking at it'],
    ['close', 'closed', 'say that it is settled, and why'],
    ['open', 'open', 'take it up again'],
  ] as const) {
    const command = settings(alerts.command(name))
      .description(description)
      .argument('<alert...>', 'ids, or beginnings of ids')
      .option('--note <text>', 'kept with the alert')
      .option('--as <name>', 'who says it')
    if (status === 'closed') command.addOption(new Option('--reason <why>', 'what it was').choices([...CLOSE_REASONS]))
    command.action(async (ids: string[], options) => {
      const { judgeAlerts } = await import('./alerts.ts')
      exit(await judgeAlerts(ids, status, options, io))
    })
  }
  addFeedback(alerts, io, exit)
}

/** What is said of an alert for its model to learn from. */
function addFeedback(alerts: Command, io: Io, exit: (code: number) => void): void {
  const expect = settings(alerts.command('expect'))
    .description('say that it is as it should be: closed, no alert for a while, and known to the model')
    .addHelpText(
      'before',
      examples(
        ['oddsock alerts expect 865fd535 --for 90d', 'this program as this user on this host'],
        ['oddsock alerts expect 865fd535 --scope program peer --dry-run', 'on any host, and first see what that is'],
      ),
    )
    .option('--for <duration>', 'how long: 30d, 12h; 90d if not given')
    .addOption(
      new Option(
        '--scope <what...>',
        'what it is bound to; if not given, program, host and user, and the peers where these were the news',
      ).choices([...SCOPES]),
    )
  const malicious = settings(alerts.command('malicious'))
    .description('say that it should never have been learned: the model forgets the events of its incident')
    .addHelpText(
      'before',
      examples(['oddsock alerts malicious 865fd535', 'when it goes on, it alerts again as if for the first time']),
    )
  for (const [command, says] of [
    [expect, 'expected'],
    [malicious, 'malicious'],
  ] as const)
    command
      .argument('<alert...>', 'ids, or beginnings of ids')
      .option('--note <text>', 'kept with the alert')
      .option('--as <name>', 'who says it')
      .option('--dry-run', 'only tell what the model would learn')
      .option('--json', 'one result a line, as JSON')
      .action(async (ids: string[], options) => {
        const { teach } = await import('./feedback.ts')
        exit(await teach(ids, says, options, io))
      })
  settings(alerts.command('feedback'))
    .description('all that was said for the models to learn from')
    .option('--json', 'one a line, as JSON')
    .action(async (options) => {
      const { listFeedback } = await import('./feedback.ts')
      exit(await listFeedback(options, io))
    })
}

function addExceptions(root: Command, io: Io, exit: (code: number) => void): void {
  settings(root.command('except'))
    .description('make an exception from an alert, so that the like of it is not told again')
    .addHelpText(
      'before',
      examples(
        ['oddsock except 865fd535 --dry-run', 'what it would have hidden in the last 30 days'],
        ['oddsock except 865fd535 --for 90d --scope program host', 'for a while, whichever user runs it'],
      ),
    )
    .argument('<alert>', 'id, or the beginning of one')
    .option('--for <duration>', 'how long: 30d, 12h, or ever', '30d')
    .addOption(
      new Option(
        '--scope <what...>',
        'what it is bound to; program, host and user if not given, as far as the events name them',
      ).choices([...SCOPES]),
    )
    .option('--note <text>', 'kept with the exception')
    .option('--dry-run', 'only tell what it would have hidden')
    .option('--hide-real', 'make it even if it would have hidden alerts that somebody judged as real')
    .option('--json', 'as JSON')
    .action(async (id: string, options) => {
      const { except } = await import('./except.ts')
      exit(await except(id, options, io))
    })
  const exceptions = root.command('exceptions').description('the exceptions that were made from alerts')
  settings(exceptions.command('list', { isDefault: true }))
    .description('all of them, with what they are bound to and when they end')
    .option('--json', 'one exception a line, as JSON')
    .action(async (options) => {
      const { listExceptions } = await import('./except.ts')
      exit(await listExceptions(options, io))
    })
  settings(exceptions.command('remove'))
    .description('take one away')
    .argument('<exception>', 'its whole id')
    .action(async (id: string, options) => {
      const { removeException } = await import('./except.ts')
      exit(await removeException(id, options, io))
    })
}

function addState(root: Command, io: Io, exit: (code: number) => void): void {
  settings(root.command('jobs'))
    .description('what runs, how far it is, and whether it sees anything')
    .option('--json', 'one job a line, as JSON')
    .action(async (options) => {
      const { listJobs } = await import('./jobs.ts')
      exit(await listJobs(options, io))
    })
  settings(root.command('health'))
    .description('how the server is; exits with 1 when it does not run, or something is wrong')
    .option('--json', 'as JSON')
    .action(async (options) => {
      const { showHealth } = await import('./health.ts')
      exit(await showHealth(options, io))
    })
  settings(root.command('config'))
    .description('every setting, and who set it: flag, environment, file or default')
    .option('--json', 'one setting a line, as JSON')
    .action(async (options) => {
      const { showConfig } = await import('./config.ts')
      exit(await showConfig(options, io))
    })
  settings(root.command('check'))
    .description('look at settings, jobs and rules, and whether the machine records what they need')
    .addHelpText('before', examples(['oddsock check', 'before a server is started, or when it is too quiet']))
    .action(async (options) => {
      const { check } = await import('./check.ts')
      exit(await check(options, io))
    })
}

function addBackups(root: Command, io: Io, exit: (code: number) => void): void {
  settings(root.command('load'))
    .description('give a store its past, before the first server runs on it: that starts with what is usual')
    .argument('<path...>', 'files, folders, or - for standard input')
    .option('--host <name>', 'host of events that name none')
    .action(async (paths: string[], options) => {
      const { load } = await import('./load.ts')
      exit(await load(paths, options, io))
    })
  settings(root.command('backup'))
    .description('copy the store into a new folder, while a server runs or not')
    .addHelpText('before', examples(['oddsock backup /backups/oddsock-monday', 'a folder that is not there yet']))
    .argument('<folder>', 'empty, or not there yet')
    .action(async (folder: string, options) => {
      const { backup } = await import('./backup.ts')
      exit(await backup(folder, options, io))
    })
  root
    .command('restore')
    .description('make a state folder from a backup')
    .addHelpText(
      'before',
      examples(
        ['oddsock restore /backups/oddsock-monday --verify', 'see whether it is whole'],
        ['oddsock restore /backups/oddsock-monday --into /var/lib/oddsock', 'while no server runs'],
      ),
    )
    .argument('<folder>', 'the backup')
    .option('--verify', 'only read it through: each file is there as it was written')
    .option('--into <folder>', 'where to; empty, or not there yet')
    .action(async (folder: string, options) => {
      const { restore } = await import('./backup.ts')
      exit(await restore(folder, options, io))
    })
}

function addKeys(root: Command, io: Io, exit: (code: number) => void): void {
  const keys = root.command('keys').description('API keys, for those who call the server from elsewhere')
  keys
    .command('add')
    .description('draw a key, and add its hash to the file that http.keys_file names')
    .argument('<id>', 'whose it is: web-fleet')
    .requiredOption('--file <file>', 'the file of keys; made where it is missing')
    .addOption(
      new Option('--scope <what>', 'ingest to send documents, read to look, manage to look and to change')
        .choices(['ingest', 'read', 'manage'])
        .default('ingest'),
    )
    .action(async (id: string, options) => {
      const { addKey } = await import('./keys.ts')
      exit(await addKey(id, options, io))
    })
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.')
  return Number(text)
}
