for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {})
console.log('and so it goes on')
setInterval(() => {}, 1000)
