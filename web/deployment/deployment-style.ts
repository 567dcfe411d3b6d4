/** What only the page of a deployment has. */
export const deploymentStyle = `
:root{--width:72rem}
.where{color:var(--soft);display:flex;flex-wrap:wrap;gap:.125rem 1rem;margin-bottom:.75rem;overflow-wrap:anywhere}
.where a{color:inherit}
.go{font-size:1.0625rem;font-weight:600;overflow-wrap:anywhere;margin-bottom:.75rem}
.note p{margin-bottom:.25rem;white-space:pre-wrap}
.steps{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;color:var(--soft);font-size:.875rem;margin-bottom:.75rem}
.steps b{font-weight:600;color:var(--ink)}
.tools{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .75rem;margin-top:1rem;padding:.5rem .75rem .5rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:12px 12px 0 0}
.tools .state{flex:1;min-width:12rem;overflow-wrap:anywhere}
.tools .button,.tools button{padding:.25rem .625rem;font-size:.8125rem}
.dot{display:inline-block;width:.625rem;height:.625rem;border-radius:50%;margin-right:.5rem;background:var(--soft)}
.dot.good{background:var(--good)}.dot.bad{background:var(--bad)}.dot.busy{background:var(--accent);animation:pulse 1.6s ease-in-out infinite}
@keyframes pulse{50%{opacity:.3}}
@media(prefers-reduced-motion:reduce){.dot.busy{animation:none}}
[hidden]{display:none!important}
@media(max-width:36rem){.tools{margin:1rem -1rem 0;border-radius:0;border-left:0;border-right:0;gap:.375rem .5rem}.tools .state{flex-basis:100%}}
`.trim()
