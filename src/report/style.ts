import { DARK, LIGHT, type Palette } from './palette.ts'
import { SCORE_STEPS } from './score-step.ts'

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';')
}

const STEP_FILLS = SCORE_STEPS.map((name) => `.${name}{fill:var(--${name});color:var(--${name})}`).join('\n')

/** The whole style sheet of a report: no font, image or address from outside, light and dark by the reader's setting, and print. */
export const STYLE = `
:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
@media print{:root{color-scheme:light;${variables({ ...LIGHT, ground: '#ffffff' })}}}
*{box-sizing:border-box}
html{background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:60rem;padding:2.5rem 1.5rem 4rem}
h1,.lead,.sentence{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"Source Serif 4",Georgia,serif}
h1{font-size:1.75rem;font-weight:600;line-height:1.25;margin:.2rem 0 .6rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;font-weight:650;margin:3.25rem 0 .25rem;padding-top:.9rem;border-top:1px solid var(--line)}
h3{font-size:.95rem;font-weight:600;margin:1.6rem 0 .3rem;overflow-wrap:anywhere}
p{margin:.4rem 0;max-width:46rem}
a{color:inherit;text-decoration-color:var(--calm);text-underline-offset:.2em}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--major);outline-offset:3px;border-radius:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--ground);padding:.4rem .8rem}
.mark{color:var(--soft);font-size:.85rem;letter-spacing:.02em}
.lead{font-size:1.2rem;line-height:1.45;max-width:42rem}
.soft,.meta,figcaption,.notes{color:var(--soft)}
.meta,figcaption,.notes,nav{font-size:.85rem}
nav{margin:1.1rem 0 0}nav a{margin-right:1.1rem;white-space:nowrap}
code,pre,.value{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;font-size:.85em}
.value,code{overflow-wrap:anywhere}
pre{background:var(--panel);border-radius:4px;padding:.7rem .9rem;margin:.5rem 0;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.45}
.band{border-left:3px solid var(--minor);background:var(--panel);padding:.55rem .9rem;margin:1.1rem 0;border-radius:0 4px 4px 0}
.band p,.band ul{margin:.15rem 0}
ul{padding-left:1.1rem;margin:.4rem 0}
.story{margin:0;padding:1.35rem 0 1.1rem;border-bottom:1px solid var(--line);break-inside:avoid}
.story:last-of-type{border-bottom:0}
.story header{display:flex;flex-wrap:wrap;gap:.2rem .9rem;align-items:baseline;font-size:.85rem;color:var(--soft)}
.step{font-weight:700;color:var(--ink);text-transform:uppercase;letter-spacing:.05em;font-size:.78rem}
.sign{font-style:normal;margin-right:.4em;font-size:1.05em}
.story h3.sentence{font-size:1.16rem;font-weight:500;line-height:1.4;margin:.3rem 0 .7rem;max-width:46rem}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr));gap:.22rem 2rem;margin:.5rem 0;font-size:.88rem}
dl div{display:grid;grid-template-columns:5.6rem 1fr;gap:.8rem}
dt{color:var(--soft)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
.times{color:var(--soft);font-size:.9em}
details{margin:.5rem 0;font-size:.88rem}
summary{cursor:pointer;color:var(--soft);width:fit-content}
summary:hover{color:var(--ink)}
figure{margin:1rem 0 1.4rem}
figcaption{margin-bottom:.5rem;max-width:46rem}
.notes{margin:.35rem 0}
.scroll{overflow-x:auto}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:0 2rem}
table{border-collapse:collapse;font-size:.85rem;width:100%;margin:.5rem 0}
th{text-align:left;font-weight:600;color:var(--soft)}
th,td{padding:.28rem .9rem .28rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere;min-width:3rem}
td,dd,.count,time{font-variant-numeric:tabular-nums}
th,.figure{white-space:nowrap}
td time,header time{white-space:nowrap}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.85rem;color:var(--soft);padding:0;margin:.6rem 0 0;list-style:none}
svg{display:block;max-width:none}
.spark{display:inline-block;vertical-align:-.15em}
svg text{font-size:11px;fill:var(--soft);font-variant-numeric:tabular-nums}
svg text.label{fill:var(--ink);font-size:12px}
svg text.halo{fill:var(--ink);stroke:var(--ground);stroke-width:3px;paint-order:stroke}
.grid{stroke:var(--line);stroke-width:1}
.base{stroke:var(--line);stroke-width:1}
.active,.bar{fill:var(--calm)}
.threshold{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3}
.curve{fill:none;stroke:var(--ink);stroke-width:1.5;stroke-linejoin:round}
.here{fill:var(--major)}
.blind-ground{fill:none}
.blind-line{stroke:var(--calm);stroke-width:1.6}
${STEP_FILLS}
footer{margin-top:3.25rem;padding-top:.9rem;border-top:1px solid var(--line)}
@media print{
html{font-size:11px}body{max-width:none;padding:0}nav,.skip{display:none}
details::details-content{content-visibility:visible;height:auto}
figure,table,.band{break-inside:avoid}h2,h3{break-after:avoid}
svg{max-width:100%;height:auto}
}
`
