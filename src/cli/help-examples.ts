/** Command lines with what they are for, before everything else that a help has to say. */
export function examples(...lines: readonly (readonly [command: string, purpose: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  return ['Examples:', ...lines.map(([command, purpose]) => `  ${command.padEnd(width)}  ${purpose}`), ''].join('\n')
}
