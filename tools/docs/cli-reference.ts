import type { Argument, Command, Option } from 'commander'
import { commands } from '../../src/cli/commands.ts'

/** The commands with their arguments and options, from the table that the program itself uses. */
export function cliReference(): string {
  return sectionsOf(
    commands(process, () => {}),
    '',
  ).join('\n\n')
}

function sectionsOf(command: Command, above: string): string[] {
  const name = `${above}${command.name()}`
  const own = command.commands.length === 0 ? [sectionOf(command, name)] : []
  return [...own, ...command.commands.flatMap((child) => sectionsOf(child, `${name} `))]
}

function sectionOf(command: Command, name: string): string {
  const args = command.registeredArguments
  const usage = ['[options]', ...args.map(argumentText)].join(' ')
  const rows = [
    ...args.map((arg) => [argumentText(arg), arg.description]),
    ...command.options.filter((option) => !option.hidden).map((option) => [option.flags, meaningOf(option)]),
  ]
  const table = ['| | |', '|---|---|', ...rows.map(([what = '', means = '']) => `| \`${what}\` | ${cell(means)} |`)]
  return [`## ${name}`, '', `${capital(command.description())}.`, '', `    ${name} ${usage}`, '', ...table].join('\n')
}

function argumentText(arg: Argument): string {
  const name = `${arg.name()}${arg.variadic ? '...' : ''}`
  return arg.required ? `<${name}>` : `[${name}]`
}

function meaningOf({ description, argChoices, defaultValue, negate }: Option): string {
  const choices = argChoices ? `; one of ${argChoices.map((one) => `\`${one}\``).join(', ')}` : ''
  const otherwise = defaultValue !== undefined && !negate ? `; \`${String(defaultValue)}\` if not given` : ''
  return `${description}${choices}${otherwise}`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
