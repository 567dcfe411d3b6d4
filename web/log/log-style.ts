/** The look of a log: the sixteen named colours of each theme keep their contrast on its ground. */
export const logStyle = `
:root{--ground:#fff;--num:#a3a7b2;--here:#fff6d6;--a0:#1d1f24;--a1:#c01c33;--a2:#1f7a45;--a3:#8a5a00;--a4:#2250c4;--a5:#9327a5;--a6:#0b7285;--a7:#5d6270;--a8:#70757f;--a9:#d6455d;--a10:#2b8a50;--a11:#9a6a00;--a12:#3b6be0;--a13:#a83dba;--a14:#0f8094;--a15:#3a3d45;--dark:0;--light:.58}
@media(prefers-color-scheme:dark){:root{--ground:#16181d;--num:#5b6170;--here:#3a3420;--a0:#7d8494;--a1:#ff7b8e;--a2:#6fcf94;--a3:#e5b45a;--a4:#85a8ff;--a5:#d999e8;--a6:#5fc9d8;--a7:#c8ccd6;--a8:#8d94a4;--a9:#ff9aa8;--a10:#8fe0ae;--a11:#f2cb7d;--a12:#a6c0ff;--a13:#e6b5f2;--a14:#8adde8;--a15:#fff;--dark:.68;--light:1}}
.log{font:.8125rem/1.55 var(--mono);background:var(--ground);border:1px solid var(--line);border-top:0;border-radius:0 0 12px 12px;padding:.625rem 0;tab-size:8;overflow:clip}
.k{content-visibility:auto;contain-intrinsic-size:auto 2000px}
.log div div{display:flex;padding-right:1rem;min-height:1.55em;scroll-margin-top:4.5rem}
.log div div:target{background:var(--here)}
.log a{flex:none;min-width:3.75rem;padding-right:1rem;text-align:right;color:var(--num);text-decoration:none;user-select:none}
.log a::before{content:attr(data-n)}
.log a:hover{color:var(--ink)}
.log p{margin:0;min-width:0;flex:1;white-space:pre-wrap;overflow-wrap:anywhere;overflow:clip;unicode-bidi:isolate}
.log .none{padding:.25rem 1rem;color:var(--soft)}
.b{font-weight:700}.d{opacity:.65}.i{font-style:italic}.u{text-decoration:underline}.s{text-decoration:line-through}.us{text-decoration:underline line-through}
.rb{background:var(--ink);color:var(--ground)}.rf{color:var(--ground)}.gl{color:#111}.gd{color:#fff}
${sixteen((n) => `.g${n}{background:var(--a${n});color:var(--ground)}`)}
${sixteen((n) => `.f${n}{color:var(--a${n})}`)}
.c{color:var(--c)}
@supports(color:oklch(from red l c h)){.c{color:oklch(from var(--c) clamp(var(--dark),l,var(--light)) c h)}}
@media(max-width:36rem){.log{font-size:.75rem;margin:0 -1rem;border-left:0;border-right:0;border-radius:0}.log a{min-width:2.75rem;padding-right:.625rem}.log div div{padding-right:.625rem}}
`.trim()

function sixteen(rule: (n: number) => string): string {
  return Array.from({ length: 16 }, (_, n) => rule(n)).join('')
}
