import { Command, InvalidArgumentError, Option } from 'commander'
import { SEVERITIES } from '../domain/rule.ts'
import { visible } from '../report/visible.ts'
import { oddsockVersion } from '../storage/program-version.ts'
import { examples } from './help-examples.ts'
import { addServerCommands } from './server-commands.ts'
import type { Io } from './terminal.ts'

/** The table of commands, from which the reference page is made too. Each command's code is loaded when it is called, so that `--help` stays quick. */
export function commands(io: Io, exit: (code: number) => void): Command {
  const root = new Command('oddsock')
    .description('Which process on your Linux machines has started to use the network when it usually does not?')
    .addHelpText(
      'before',
      examples(
        ['oddsock scan /var/log/audit/audit.log', 'what is odd in this log'],
        ['oddsock scan logs/ --html report.html', 'the same as a page to look at and to pass on'],
        ['zcat audit.log.2.gz | oddsock scan - --json', 'for scripts'],
        ['oddsock demo', 'see it work on a made-up fleet'],
      ),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 fine · 1 the answer is no · 2 wrong usage · 3 the surroundings failed · 130 interrupted',
    )
    .version(oddsockVersion(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => io.stderr.columns ?? HELP_WIDTH,
      outputError: (text, write) => write(usageError(text)),
    })

  root
    .command('scan')
    .description('find the odd ones in audit logs and ECS documents')
    .addHelpText(
      'before',
      examples(
        ['oddsock scan /var/log/audit/audit.log', 'what is odd in this log'],
        ['oddsock scan logs/ --since 7d --html report.html', 'the last week, judged by all before it, as a page'],
        ['oddsock scan logs/ --json --fail-on low', 'for scripts: exits with 1 if there is an alert'],
      ),
    )
    .argument('[path...]', 'files, folders, or - for standard input')
    .option('--json', 'one alert a line, as JSON')
    .option('--html <file>', 'write a report as one HTML file')
    .option('--format <name>', 'read as audit-log or ecs-json; or write as table, json or csv')
    .option(
      '--since <time>',
      'only alerts from this time on, what is older is history: 2026-03-01, or 7d for seven days ago',
    )
    .option('--until <time>', 'leave out what happened from this time on')
    .option(
      '--threshold <score>',
      "alert from this record_score on instead of the rule's (ours: 50), however many",
      score,
    )
    .option(
      '--alerts-per-day <number>',
      'alert on the oddest, about so many a day per 40 hosts and one at least, instead of from a score on',
      perDay,
    )
    .option(
      '--job <id>',
      'another job than our own: one that we ship, by any of the ids that Elastic gave it, or a job file (.json); may be given again',
      (id: string, before: readonly string[] = []) => [...before, id],
    )
    .addOption(
      new Option('--profile <name>', 'which events count')
        .choices(['recommended', 'elastic-exact'])
        .default('recommended'),
    )
    .addOption(
      new Option(
        '--fail-on <severity>',
        'exit with 1 if there is an alert of this severity or worse; our own rule says medium from a score of 50, high from 82',
      ).choices([...SEVERITIES]),
    )
    .option(
      '--explain',
      'below each alert: with whom, by whom, new or periodic, what ran, after what, and what made its score',
    )
    .option('--rules <file...>', 'your rules (.toml), or rules and exceptions exported from Kibana (.ndjson)')
    .option('--host <name>', 'host of events that name none')
    .option('--rejects <file>', 'write what could not be read to this file, with the reason')
    .option('--strict', 'parse every line in full, to find damage in fields that no job looks at; slower')
    .option('--no-spool', 'keep no copy of standard input: alerts then show no events')
    .addOption(new Option('--color <when>', 'use colour').choices(['auto', 'always', 'never']).default('auto'))
    .option('-q, --quiet', 'no progress and no notes')
    .action(async (paths: string[], options) => {
      const { scan } = await import('./scan.ts')
      exit(await scan(paths, options, io))
    })

  root
    .command('decode')
    .description('print events as ECS documents, one JSON object a line')
    .addHelpText(
      'before',
      examples(
        ['oddsock decode /var/log/audit/audit.log', 'what the scan sees of each event'],
        ['ausearch --raw -ts today | oddsock decode', 'from standard input'],
      ),
    )
    .argument('[path...]', 'files, folders, or - for standard input')
    .option('--format <name>', 'audit-log or ecs-json; told by the content if not given')
    .option('--host <name>', 'host of events that name none')
    .option('--rejects <file>', 'write what could not be read to this file, with the reason')
    .option('-q, --quiet', 'no notes')
    .action(async (paths: string[], options) => {
      const { decode } = await import('./decode.ts')
      exit(await decode(paths, options, io))
    })

  root
    .command('test')
    .description('run stories about your rules, and see whether they come true')
    .argument('<file...>', 'files of stories (docs/reference/scenario-language.md)')
    .action(async (files: string[]) => {
      const { testStories } = await import('./test.ts')
      exit(await testStories(files, io))
    })

  root
    .command('serve')
    .description('watch logs and take in documents, and tell what is odd within seconds')
    .addHelpText(
      'before',
      examples(
        ['oddsock serve', "this machine's audit log, and whatever is sent to 127.0.0.1:9277"],
        ['oddsock serve --config /etc/oddsock.toml', 'as the settings say (`oddsock config` shows them)'],
        ['oddsock serve --demo', 'a made-up fleet, to see it work'],
      ),
    )
    .option('--config <file>', 'the settings')
    .option('--state <folder>', 'where to keep events, alerts and what was learned')
    .option('--listen <address...>', 'where to listen: 127.0.0.1:9277; other than loopback needs keys')
    .option('--demo', 'play a made-up fleet, in a folder that is gone afterwards')
    .option('--seed <number>', 'another made-up fleet', whole, 1)
    .action(async (options) => {
      const { serve } = await import('./serve.ts')
      exit(await serve(options, io))
    })

  addServerCommands(root, io, exit)

  const rules = root.command('rules').description('work with detection rules')
  rules
    .command('check')
    .description("check rules in Elastic's TOML and in exports of Kibana")
    .argument('<path...>', 'files and folders')
    .action(async (paths: string[]) => {
      const { checkRules } = await import('./rules-check.ts')
      exit(await checkRules(paths, io))
    })

  root
    .command('demo')
    .description('make a small fleet with something odd in it, scan it, and write a report')
    .option('--seed <number>', 'another fleet of the same kind', whole, 1)
    .option('--folder <path>', 'where to put it', 'demo')
    .action(async (options) => {
      const { demo } = await import('./demo.ts')
      exit(await demo(options, io))
    })
  return root
}

/** Where the terminal does not say how wide it is. */
const HELP_WIDTH = 80

/** What commander says of a wrong command line, as all our errors look. */
function usageError(text: string): string {
  const [message = '', ...hint] = text
    .trimEnd()
    .split('\n')
    .map((line) => visible(line))
  const hints = hint.map((line) => ` hint: ${line.replace(/^\((.*)\)$/, '$1')}`)
  return `${[message, ...hints, ' code: USAGE'].join('\n')}\n`
}

function score(text: string): number {
  const value = Number(text)
  if (!(value >= 0 && value <= 100)) throw new InvalidArgumentError('It must be 0 to 100.')
  return value
}

function perDay(text: string): number {
  const value = Number(text)
  if (!(value >= 0.1 && value <= 1000)) throw new InvalidArgumentError('It must be 0.1 to 1000.')
  return value
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
